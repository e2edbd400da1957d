package dev.weft.proxy;

import dev.weft.base.Log;
import java.util.concurrent.CountDownLatch;

/** The proxy process. Exit codes: 0 ended in order, 1 failed, 2 the command line or the bootstrap cannot be followed. */
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private Main() {}

    /** Starts the proxy and does not return while it runs: all its threads are daemons. */
    public static void main(String[] arguments) throws InterruptedException {
        Options options = Options.parse(arguments);
        int code = run(options);
        if (code == OK && (options instanceof Options.FromBootstrap || options instanceof Options.Sidecar)) {
            new CountDownLatch(1).await();
        }
        System.exit(code);
    }

    private static int run(Options options) {
        if (options instanceof Options.FromBootstrap bootstrap) {
            return BootstrapProxy.run(bootstrap, log(bootstrap.level()));
        }
        if (options instanceof Options.Sidecar sidecar) {
            return SidecarProxy.run(sidecar, log(sidecar.level()));
        }
        if (options instanceof Options.Warm) {
            return WarmUp.run();
        }
        if (options instanceof Options.Wrong wrong) {
            wrong.problems().forEach(problem -> System.err.println("weft proxy: " + problem));
            System.err.println("weft proxy: see --help");
            return USAGE;
        }
        System.out.print(Options.USAGE);
        return OK;
    }

    /** The log of the process; Netty writes to it, too. */
    static Log log(Log.Level level) {
        Log log = Log.to(System.err, level, "proxy");
        NettyLog.install(log);
        return log;
    }
}
