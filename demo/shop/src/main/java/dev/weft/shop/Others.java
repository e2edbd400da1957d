package dev.weft.shop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls to the other services, by name, with the JDK's client as it comes. */
final class Others {
    /** The header of a request of somebody who tries things out. Whoever is asked says it to those he asks. */
    static final String TESTER = "x-tester";

    /** What this request's says; unbound when it has none. */
    static final ScopedValue<String> TESTING = ScopedValue.newInstance();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    String get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    String post(String url, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        if (TESTING.isBound()) {
            request.header(TESTER, TESTING.get());
        }
        HttpRequest built = request.timeout(Duration.ofSeconds(10)).build();
        HttpResponse<String> response = client.send(built, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(built.uri() + " answered " + response.statusCode() + " "
                    + response.body().strip());
        }
        return response.body().strip();
    }
}
