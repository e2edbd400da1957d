package dev.weft.cli;

import dev.weft.adminapi.ApiError;
import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.RecordJson;
import dev.weft.base.HomeFolder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The operator API as the commands use it, with the options that say where it is. */
final class ControlPlaneClient {
    @Option(
            names = "--api",
            paramLabel = "URL",
            description = "The operator API (default: $WEFT_API, else http://127.0.0.1:15030).",
            defaultValue = "${env:WEFT_API:-http://127.0.0.1:15030}")
    private URI api = URI.create("http://127.0.0.1:15030");

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with its bearer token (default: $$WEFT_TOKEN_FILE, else"
                    + " ~/.weft/control-plane/operator.token).",
            defaultValue = "${env:WEFT_TOKEN_FILE}")
    private @Nullable Path named;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            // Never through an application's mesh proxy.
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(Duration.ofSeconds(3))
            .build();

    /** One record of the API. */
    <T extends Record> T get(Class<T> type, String path) {
        return RecordJson.read(type, get(path));
    }

    /** One answer as it comes. */
    String get(String path) {
        return send("GET", path, null);
    }

    <T extends Record> T post(Class<T> type, String path, Record body) {
        return RecordJson.read(type, send("POST", path, RecordJson.write(body)));
    }

    /** The same without a body. */
    <T extends Record> T post(Class<T> type, String path) {
        return RecordJson.read(type, send("POST", path, null));
    }

    void delete(String path) {
        send("DELETE", path, null);
    }

    /** A word as part of a path or query. */
    static String encode(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8);
    }

    private String send(String method, String path, @Nullable String body) {
        HttpRequest request = HttpRequest.newBuilder(api.resolve(path))
                .timeout(Duration.ofSeconds(65))
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw Failure.failed(
                    "no control plane answers at " + api,
                    "Start one with 'weft control-plane --config DIR', or name another with --api or WEFT_API.");
        } catch (IOException e) {
            throw Failure.failed("asking " + api + " failed: " + e.getMessage(), "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", "");
        }
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        throw refused(response);
    }

    private Failure refused(HttpResponse<String> response) {
        if (response.statusCode() == 401) {
            return Failure.failed(
                    "the control plane at " + api + " does not accept the token in " + tokenFile(),
                    "Name its own with --token-file or WEFT_TOKEN_FILE: it is operator.token in its --state directory.");
        }
        try {
            ApiError error = RecordJson.read(ApiError.class, response.body());
            return Failure.failed(error.error(), error.hint());
        } catch (IllegalArgumentException e) {
            return Failure.failed(
                    api.resolve(response.uri().getPath()) + " answered " + response.statusCode() + " "
                            + response.body().strip(),
                    "");
        }
    }

    /** The control plane's default state folder has it unless somebody says otherwise. */
    private Path tokenFile() {
        return named == null ? HomeFolder.path().resolve(".weft/control-plane").resolve(OperatorApi.TOKEN_FILE) : named;
    }

    private String token() {
        Path tokenFile = tokenFile();
        try {
            return Files.readString(tokenFile).strip();
        } catch (IOException e) {
            throw Failure.failed(
                    "cannot read the operator token in " + tokenFile,
                    Files.exists(tokenFile)
                            ? "It belongs to whoever runs the control plane."
                            : "Is the control plane on this machine? Name its token with --token-file or WEFT_TOKEN_FILE"
                                    + " (" + OperatorApi.TOKEN_FILE + " in its --state directory).");
        }
    }
}
