package dev.weft.cli;

import dev.weft.cli.CheckCommand.Finding;
import dev.weft.cli.CheckCommand.Grade;
import dev.weft.intercept.Interceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** Whether this network namespace redirects everything, and to whom: rules stay when their unit has ended. */
final class LeftOverRules {
    private static final String NAME = "rules in this network namespace";
    private static final int OUTBOUND_PORT = 15_001;

    private LeftOverRules() {}

    /** Null where there are none, or nobody but root may know. */
    static @Nullable Finding look() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return null;
        }
        try {
            if (!Interceptor.isApplied()) {
                return null;
            }
        } catch (IOException e) {
            return null; // said elsewhere
        }
        return sidecarListens()
                ? new Finding(NAME, Grade.OK, "all TCP passes the sidecar that runs here", "")
                : new Finding(
                        NAME,
                        Grade.FAIL,
                        "all TCP is redirected to a sidecar, and none runs here",
                        "Left by a unit that has ended, on purpose: nothing passes it by. 'weft run' puts a sidecar there"
                                + " again; 'weft intercept undo' removes the rules.");
    }

    private static boolean sidecarListens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", OUTBOUND_PORT), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
