package dev.weft.demo;

import dev.weft.adminapi.ControlPlaneInfo;
import dev.weft.adminapi.Graph;
import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.ProxyList;
import dev.weft.adminapi.RecordJson;
import dev.weft.adminapi.TokenCreated;
import dev.weft.adminapi.TokenRequest;
import dev.weft.adminapi.WorkloadList;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The control plane's operator API, as any client of it sees it. */
final class Operator {
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final URI base;
    private final Path tokenFile;

    Operator(URI base, Path tokenFile) {
        this.base = base;
        this.tokenFile = tokenFile;
    }

    URI base() {
        return base;
    }

    /** The bearer token; made anew by each control plane, so never remembered. */
    String token() throws IOException {
        return Files.readString(tokenFile).strip();
    }

    ControlPlaneInfo info() throws IOException, InterruptedException {
        return RecordJson.read(ControlPlaneInfo.class, get(OperatorApi.INFO));
    }

    ProxyList proxies() throws IOException, InterruptedException {
        return RecordJson.read(ProxyList.class, get(OperatorApi.PROXIES));
    }

    WorkloadList workloads() throws IOException, InterruptedException {
        return RecordJson.read(WorkloadList.class, get(OperatorApi.WORKLOADS));
    }

    Graph graph() throws IOException, InterruptedException {
        return RecordJson.read(Graph.class, get(OperatorApi.GRAPH));
    }

    TokenCreated createToken(TokenRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = send(request(OperatorApi.TOKENS)
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(RecordJson.write(request))));
        return RecordJson.read(TokenCreated.class, expect(response));
    }

    /** Asks a proxy, through the control plane, to take a new certificate now. */
    void rotate(String proxy) throws IOException, InterruptedException {
        expect(send(request(OperatorApi.PROXIES + "/" + proxy + "/rotate")
                .header("Authorization", "Bearer " + token())
                .POST(HttpRequest.BodyPublishers.noBody())));
    }

    String get(String path) throws IOException, InterruptedException {
        return expect(
                send(request(path).header("Authorization", "Bearer " + token()).GET()));
    }

    /** Without the bearer token. */
    HttpResponse<String> plain(HttpRequest.Builder request) throws IOException, InterruptedException {
        return send(request);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(10));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String expect(HttpResponse<String> response) throws IOException {
        if (response.statusCode() / 100 != 2) {
            throw new IOException(response.uri().getPath() + " answered " + response.statusCode() + ": "
                    + response.body().strip());
        }
        return response.body();
    }
}
