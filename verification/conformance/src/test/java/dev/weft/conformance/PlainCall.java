package dev.weft.conformance;

import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** An application that knows nothing of a mesh: one call with each of the JDK's two clients, as they come. */
final class PlainCall {
    private PlainCall() {}

    public static void main(String[] args) throws Exception {
        URI uri = URI.create(args[0]);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
            System.out.println(
                    "HttpClient " + answer.statusCode() + " " + answer.body().strip());
        }
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        String body = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        System.out.println("URLConnection " + connection.getResponseCode() + " " + body.strip());
    }
}
