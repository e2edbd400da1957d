package dev.weft.proxy;

import dev.weft.base.Log;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.security.Security;
import java.util.concurrent.CountDownLatch;

/** The proxy process. Exit codes: 0 ended in order, 1 failed, 2 the command line or the bootstrap cannot be followed. */
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private Main() {}

    /** Starts the proxy and does not return while it runs: all its threads are daemons. */
    public static void main(String[] arguments) throws InterruptedException {
        // Names are resolved again at the rate a cluster says; the JDK would keep what it heard for 30 s (failures 10
        // s).
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        // Named before Netty looks for logging libraries: none is on our class path.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        Options options = Options.parse(arguments);
        int code = run(options);
        if (code == OK && (options instanceof Options.FromBootstrap || options instanceof Options.Sidecar)) {
            new CountDownLatch(1).await();
        }
        System.exit(code);
    }

    private static int run(Options options) {
        return switch (options) {
            case Options.Help help -> {
                System.out.print(Options.USAGE);
                yield OK;
            }
            case Options.Wrong wrong -> {
                wrong.problems().forEach(problem -> System.err.println("weft proxy: " + problem));
                System.err.println("weft proxy: see --help");
                yield USAGE;
            }
            case Options.FromBootstrap bootstrap -> BootstrapProxy.run(bootstrap, log(bootstrap.level()));
            case Options.Sidecar sidecar -> SidecarProxy.run(sidecar, log(sidecar.level()));
            case Options.Warm warm -> WarmUp.run();
        };
    }

    private static Log log(Log.Level level) {
        Log log = Log.to(System.err, level, "proxy");
        LibraryLog.into(log.component("netty"));
        return log;
    }
}
