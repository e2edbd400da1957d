package dev.weft.cli;

import dev.weft.cli.CheckCommand.Finding;
import dev.weft.cli.CheckCommand.Grade;
import dev.weft.intercept.Interceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether this network namespace redirects everything, and to whom: rules stay when their unit has ended. */
final class LeftOverRules {
    private static final String NAME = "rules in this network namespace";
    private static final int ADMIN_PORT = 15_000;
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
        return of(ADMIN_PORT, OUTBOUND_PORT);
    }

    /** Who is there to take what the rules redirect. */
    static Finding of(int adminPort, int outboundPort) {
        if (!listens(outboundPort)) {
            return new Finding(
                    NAME,
                    Grade.FAIL,
                    "all TCP is redirected to a sidecar, and none runs here",
                    "Left by a unit that has ended, on purpose: nothing passes it by. 'weft run' puts a sidecar there"
                            + " again; 'weft intercept undo' removes the rules.");
        }
        return sidecarHas(outboundPort, adminPort)
                ? new Finding(NAME, Grade.OK, "all TCP passes the sidecar that runs here", "")
                : new Finding(
                        NAME,
                        Grade.FAIL,
                        "all TCP is redirected to port " + outboundPort + ", and what listens there is no sidecar",
                        "'ss -ltnp' says which process it is: end it, and 'weft run' puts a sidecar there;"
                                + " 'weft intercept undo' removes the rules.");
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a sidecar's admin port answers and has this port among its listeners. */
    private static boolean sidecarHas(int port, int adminPort) {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(Duration.ofSeconds(1))
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/listeners"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 && answer.body().lines().anyMatch(line -> line.endsWith(":" + port));
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
