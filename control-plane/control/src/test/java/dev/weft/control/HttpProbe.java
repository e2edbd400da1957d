package dev.weft.control;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** An operator. */
final class HttpProbe {
    private final ControlPlane plane;
    private final HttpClient client = HttpClient.newHttpClient();

    HttpProbe(ControlPlane plane) {
        this.plane = plane;
    }

    /** The body of a successful GET with the token. */
    String get(String path) throws Exception {
        HttpResponse<String> response = send("GET", path, "", "Authorization", "Bearer " + plane.operatorToken());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://" + plane.operatorAddress() + path))
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Asks until the answer holds a text; fails after 10 s. */
    void await(String path, String text) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        String last = get(path);
        while (!last.contains(text)) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(path + " did not say '" + text + "' within 10 s: " + last);
            }
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            last = get(path);
        }
    }
}
