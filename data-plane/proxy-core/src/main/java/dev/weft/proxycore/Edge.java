package dev.weft.proxycore;

import dev.weft.http.ResponseFlag;
import dev.weft.stats.Counter;
import dev.weft.stats.Histogram;
import dev.weft.stats.StatsRegistry;
import java.util.Arrays;

/**
 * The metrics between one source and one destination, as seen by one reporter: a series per response code and flags,
 * made when first needed.
 *
 * <p>Threads: any loop. Looking a series up is a search in a small array without a lock; only making one locks.
 */
final class Edge {
    /** Metrics of requests that ended alike. */
    private record RequestSeries(
            long key, Counter total, Histogram duration, Histogram requestBytes, Histogram responseBytes) {}

    /** Metrics of connections that ended alike. */
    record TcpSeries(int flags, Counter opened, Counter closed, Counter sent, Counter received) {}

    private final StatsRegistry stats;
    private final String[] labels;
    private volatile RequestSeries[] requests = {}; // copied on write
    private volatile TcpSeries[] connections = {}; // copied on write

    Edge(StatsRegistry stats, String... labels) {
        this.stats = stats;
        this.labels = labels;
    }

    /** Counts a request. Allocates nothing once its kind has been seen. */
    void request(
            int cell,
            int status,
            int flags,
            boolean grpc,
            int grpcStatus,
            long nanos,
            long requestBytes,
            long responseBytes) {
        RequestSeries series = requests(status, flags, grpc, grpcStatus);
        series.total().increment(cell);
        series.duration().record(cell, nanos / 1000);
        series.requestBytes().record(cell, requestBytes * 1000);
        series.responseBytes().record(cell, responseBytes * 1000);
    }

    private RequestSeries requests(int status, int flags, boolean grpc, int grpcStatus) {
        long key = (long) flags << 16 | (grpc ? grpcStatus + 2 : 0) << 10 | status;
        for (RequestSeries series : requests) {
            if (series.key() == key) {
                return series;
            }
        }
        return addRequests(key, status, flags, grpc, grpcStatus);
    }

    private synchronized RequestSeries addRequests(long key, int status, int flags, boolean grpc, int grpcStatus) {
        for (RequestSeries series : requests) {
            if (series.key() == key) {
                return series;
            }
        }
        String[] all = with(
                "request_protocol",
                grpc ? "grpc" : "http",
                "response_code",
                Integer.toString(status),
                "grpc_response_status",
                grpcStatus == Grpc.NO_STATUS ? "" : Integer.toString(grpcStatus),
                "response_flags",
                ResponseFlag.text(flags));
        RequestSeries made = new RequestSeries(
                key,
                stats.counter("istio_requests_total", "Requests", all),
                stats.histogram("istio_request_duration_milliseconds", "Time until the response was sent", all),
                stats.histogram("istio_request_bytes", "Body bytes of requests", all),
                stats.histogram("istio_response_bytes", "Body bytes of responses", all));
        RequestSeries[] next = Arrays.copyOf(requests, requests.length + 1);
        next[next.length - 1] = made;
        requests = next;
        return made;
    }

    /** Counters of opaque connections with these flags. */
    TcpSeries connections(int flags) {
        for (TcpSeries series : connections) {
            if (series.flags() == flags) {
                return series;
            }
        }
        return addConnections(flags);
    }

    private synchronized TcpSeries addConnections(int flags) {
        for (TcpSeries series : connections) {
            if (series.flags() == flags) {
                return series;
            }
        }
        String[] all = with("request_protocol", "tcp", "response_flags", ResponseFlag.text(flags));
        TcpSeries made = new TcpSeries(
                flags,
                stats.counter("istio_tcp_connections_opened_total", "Connections opened", all),
                stats.counter("istio_tcp_connections_closed_total", "Connections closed", all),
                stats.counter("istio_tcp_sent_bytes_total", "Bytes sent to the client", all),
                stats.counter("istio_tcp_received_bytes_total", "Bytes received from the client", all));
        TcpSeries[] next = Arrays.copyOf(connections, connections.length + 1);
        next[next.length - 1] = made;
        connections = next;
        return made;
    }

    private String[] with(String... more) {
        String[] all = Arrays.copyOf(labels, labels.length + more.length);
        System.arraycopy(more, 0, all, labels.length, more.length);
        return all;
    }
}
