package dev.weft.demo;

import dev.weft.adminapi.Graph;
import dev.weft.adminapi.GraphEdge;
import dev.weft.adminapi.OperatorApi;
import dev.weft.adminapi.ProxyStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Checks that only look: counters of the sidecars, the wire between them, the dashboard. */
final class SidecarChecks {
    record Result(boolean passed, String observed) {}

    private final Mesh mesh;

    SidecarChecks(Mesh mesh) {
        this.mesh = mesh;
    }

    /** The same requests must show up in the counters of the caller's sidecar and of the callee's. */
    Result bothSides() throws IOException, InterruptedException {
        Unit caller = mesh.unit("shopper");
        Unit callee = mesh.unit("frontend");
        double sent = requests(caller, "source", "frontend");
        double received = requests(callee, "destination", "frontend");
        int before = mesh.ledger().size();
        Wait.until(10_000, () -> mesh.ledger().size() >= before + 40);
        int made = mesh.ledger().size() - before;
        // The sidecar may publish its counters a moment after the answer.
        Wait.millis(300);
        double sentMore = requests(caller, "source", "frontend") - sent;
        double receivedMore = requests(callee, "destination", "frontend") - received;
        return new Result(
                made >= 40 && sentMore >= made * 0.9 && receivedMore >= made * 0.9,
                made + " requests made, " + (long) sentMore + " counted by the shopper's sidecar, "
                        + (long) receivedMore + " by the frontend's");
    }

    double requests(Unit unit, String reporter, String service) throws IOException, InterruptedException {
        ProxyStatus proxy = mesh.status(unit);
        if (proxy == null) {
            throw new IOException(unit.name() + " is not connected to the control plane");
        }
        String text = mesh.operator().get(OperatorApi.PROXIES + "/" + proxy.id() + "/stats/prometheus");
        return text.lines()
                .filter(line -> line.startsWith("istio_requests_total{"))
                .filter(line -> line.contains("reporter=\"" + reporter + "\""))
                .filter(line -> line.contains("destination_service_name=\"" + service + "\"")
                        || line.contains("destination_service=\"" + service + "."))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Packets between sidecars where they can be read, and what an uninvited plaintext request gets everywhere. */
    Result encrypted() throws IOException, InterruptedException {
        Unit payments = mesh.unit("payments-v1");
        int port = mesh.place().inboundPort();
        String wire = mesh.place().wire(payments.name());
        String refusal = plaintext(payments.address(), port);
        boolean refused = !refusal.startsWith("HTTP/1.1 200");
        String answer = "a plaintext request gets " + refusal;
        if (wire.isEmpty()) {
            // The graph fills as the sidecars are asked for their counters; a fresh mesh takes some seconds.
            List<GraphEdge> edges = new ArrayList<>();
            boolean all = Wait.until(20_000, () -> {
                edges.clear();
                edges.addAll(mesh.operator().graph().edges());
                return edges.size() >= 7 && edges.stream().allMatch(GraphEdge::mtls);
            });
            return new Result(
                    refused && all,
                    answer + "; " + edges.stream().filter(GraphEdge::mtls).count() + " of " + edges.size()
                            + " edges all mTLS by the callees' counters (packets can be read only as root)");
        }
        WireTap.Seen seen = WireTap.watch(wire, port, 3_000);
        return new Result(
                refused && seen.tls() > 20 && seen.readable() == 0,
                seen.packets() + " packets at " + payments.name() + ": " + seen.tls() + " TLS records, "
                        + seen.readable() + " readable HTTP; " + answer);
    }

    /** First line of what a request without TLS is answered. */
    private static String plaintext(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 3_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream()
                    .write("POST /pay HTTP/1.1\r\nHost: payments\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String text = new String(in.readNBytes(15), StandardCharsets.ISO_8859_1).strip();
            return text.isEmpty() ? "a closed connection" : text;
        } catch (IOException e) {
            return "no answer (" + e.getMessage() + ")";
        }
    }

    /** Logs in as the page does, and compares its numbers with what the customers count themselves. */
    Result dashboard() throws IOException, InterruptedException {
        Operator operator = mesh.operator();
        HttpResponse<String> page = operator.plain(operator.request("/").GET());
        boolean isPage = page.statusCode() == 200
                && page.headers().firstValue("content-type").orElse("").startsWith("text/html");
        int withoutToken =
                operator.plain(operator.request(OperatorApi.GRAPH).GET()).statusCode();
        HttpResponse<String> login = operator.plain(operator.request(OperatorApi.SESSION)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + operator.token() + "\"}")));
        String cookie = login.headers().firstValue("set-cookie").orElse("").split(";")[0];
        // Over the same span as the graph's window, with some patience: the window may reach back to a restart.
        String[] observed = {"no graph"};
        boolean live = Wait.until(20_000, () -> {
            HttpResponse<String> answer = operator.plain(
                    operator.request(OperatorApi.GRAPH).header("Cookie", cookie).GET());
            if (answer.statusCode() != 200) {
                observed[0] = "the graph answered " + answer.statusCode();
                return false;
            }
            Graph graph = dev.weft.adminapi.RecordJson.read(Graph.class, answer.body());
            double window = Math.max(1, graph.windowSeconds());
            double own = mesh.ledger()
                            .since(System.currentTimeMillis() - (long) (window * 1000))
                            .size()
                    / window;
            GraphEdge edge = graph.edges().stream()
                    .filter(e ->
                            e.source().startsWith("shopper") && e.destination().startsWith("frontend"))
                    .findFirst()
                    .orElse(null);
            observed[0] = graph.nodes().size() + " nodes, " + graph.edges().size() + " edges, "
                    + (edge == null
                            ? "no edge shopper to frontend"
                            : String.format(
                                    Locale.ROOT,
                                    "shopper to frontend %.1f/s (customers count %.1f/s), p50 %.1f ms, p99 %.1f ms, %s",
                                    edge.requestsPerSecond(),
                                    own,
                                    edge.p50Millis(),
                                    edge.p99Millis(),
                                    edge.mtls() ? "mTLS" : "not mTLS"));
            return edge != null
                    && edge.mtls()
                    && edge.p50Millis() > 0
                    && Math.abs(edge.requestsPerSecond() - own) <= 0.4 * own
                    && graph.edges().size() >= 7;
        });
        return new Result(
                isPage && withoutToken == 401 && live,
                (isPage ? "page served, " : "no page (" + page.statusCode() + "), ") + "without login " + withoutToken
                        + ", " + observed[0]);
    }
}
