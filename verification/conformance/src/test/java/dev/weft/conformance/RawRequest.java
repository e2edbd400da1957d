package dev.weft.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes sent on a connection of their own.
 *
 * @param answers how many answers are expected (pipelining)
 * @param head the answers have no body because the request was a HEAD
 */
record RawRequest(String name, String bytes, int answers, boolean head) {
    private static final String SHOP = "Host: shop.test\r\n";

    byte[] toBytes() {
        return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static RawRequest of(String name, String bytes) {
        return new RawRequest(name, bytes, 1, bytes.startsWith("HEAD "));
    }

    private static RawRequest get(String name, String path, String... headers) {
        StringBuilder bytes = new StringBuilder("GET " + path + " HTTP/1.1\r\n" + SHOP);
        for (String header : headers) {
            bytes.append(header).append("\r\n");
        }
        return of(name, bytes.append("\r\n").toString());
    }

    private static RawRequest host(String name, String host) {
        return of(name, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    }

    /** Requests that any proxy should answer alike. */
    static List<RawRequest> good() {
        List<RawRequest> all = new ArrayList<>(List.of(
                get("plain GET", "/a/x"),
                get("query is passed on", "/a/x?y=1&z=%20"),
                of("HEAD", "HEAD /bytes/100 HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("OPTIONS", "OPTIONS /a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("DELETE with a body", "DELETE /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: 3\r\n\r\nabc"),
                of("unknown method", "BREW /a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("POST with a length", "POST /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: 5\r\n\r\nhello"),
                of("POST with an empty body", "POST /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: 0\r\n\r\n"),
                of(
                        "POST chunked",
                        "POST /a/x HTTP/1.1\r\n" + SHOP
                                + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n"),
                of(
                        "POST chunked with extension and trailer",
                        "POST /a/x HTTP/1.1\r\n" + SHOP
                                + "Transfer-Encoding: chunked\r\n\r\n5;n=v\r\nhello\r\n0\r\nx-t: 1\r\n\r\n"),
                of(
                        "POST of 100 kB",
                        "POST /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: 100000\r\n\r\n" + "b".repeat(100_000)),
                get("answer of 1 MB", "/bytes/1000000"),
                new RawRequest(
                        "two requests at once",
                        "GET /a/1 HTTP/1.1\r\n" + SHOP + "\r\nGET /a/2 HTTP/1.1\r\n" + SHOP + "\r\n",
                        2,
                        false),
                get("client closes", "/a/x", "Connection: close"),
                of("HTTP/1.0 is told to upgrade or served", "GET /a/x HTTP/1.0\r\n" + SHOP + "\r\n"),
                get("no route", "/nothing"),
                host("no virtual host", "unknown.test"),
                host("suffix domain", "x.wild.test"),
                host("longest suffix domain wins", "x.very.wild.test"),
                host("suffix needs something in front", ".wild.test"),
                host("prefix domain", "begin.anything"),
                of("host in capitals", "GET /a/x HTTP/1.1\r\nHost: SHOP.TEST\r\n\r\n"),
                of("host with a port that is a domain", "GET /a/x HTTP/1.1\r\nHost: shop.test:8080\r\n\r\n"),
                of("host with another port", "GET /a/x HTTP/1.1\r\nHost: shop.test:9090\r\n\r\n"),
                of("absolute form wins over host", "GET http://shop.test/a/x HTTP/1.1\r\nHost: unknown.test\r\n\r\n"),
                get("exact path", "/exact"),
                get("exact path with query", "/exact?q"),
                get("exact path is no prefix", "/exact/"),
                get("case-insensitive path", "/cAsE"),
                get("separated prefix itself", "/sep"),
                get("separated prefix below", "/sep/x"),
                get("separated prefix not inside a word", "/sepx"),
                get("regex path and rewrite", "/items/42"),
                get("regex takes the whole path", "/items/42x"),
                get("regex ignores the query", "/items/42?x=1"),
                get("header exact", "/h/x", "x-exact: one"),
                get("header exact is case-sensitive", "/h/x", "x-exact: ONE"),
                get("header exact over two lines", "/h/x", "x-exact: one", "x-exact: two"),
                get("header exact on the second line", "/h/x", "x-exact: two", "x-exact: one"),
                get("header exact is not the joined lines", "/h/x", "x-exact: o", "x-exact: ne"),
                get("inverted match of one of two lines", "/h/x", "x-not: yes", "x-not: no"),
                get("inverted match of neither line", "/h/x", "x-not: yes", "x-not: maybe"),
                get("header in range on the second line", "/h/x", "x-range: 8", "x-range: 5"),
                get("header prefix", "/h/x", "x-prefix: ONE"),
                get("header suffix", "/h/x", "x-suffix: one"),
                get("header contains", "/h/x", "x-contains: one"),
                get("header regex", "/h/x", "x-regex: one"),
                get("header regex takes the whole value", "/h/x", "x-regex: ones"),
                get("header in range", "/h/x", "x-range: 5"),
                get("header at the end of the range", "/h/x", "x-range: 8"),
                get("header not a number", "/h/x", "x-range: 6a"),
                get("header present though empty", "/h/x", "x-present:"),
                get("inverted match of a missing header", "/h/x", "x-other: 1"),
                get("inverted match of another value", "/h/x", "x-not: yes"),
                get("inverted match of the value", "/h/x", "x-not: no"),
                of("method match", "PUT /h/x HTTP/1.1\r\n" + SHOP + "x-not: no\r\nContent-Length: 0\r\n\r\n"),
                get("query value", "/q?v=2"),
                get("query value among others", "/q?a=b&v=2&v=3"),
                get("query other value", "/q?v=3"),
                get("query present", "/q?debug"),
                get("direct response", "/direct"),
                get("direct response without body", "/empty-direct"),
                get("redirect to https", "/redirect/https?x=1"),
                get("redirect host", "/redirect/host/deep?x=1"),
                get("redirect path", "/redirect/path?x=1"),
                get("redirect prefix", "/redirect/prefix/rest?x=1"),
                get("redirect port, scheme, no query", "/redirect/port?x=1"),
                host("virtual host that requires TLS", "secure.test"),
                get("rewritten prefix and host, seen by the backend", "/rewrite/headers"),
                get("host of the endpoint, seen by the backend", "/auto-host/headers"),
                get("an endpoint without a name", "/auto-host-of-an-address/headers"),
                get("host from a header, seen by the backend", "/header-host/headers", "x-host: said.test"),
                get("host from a header that is missing", "/header-host/headers"),
                get("host of a share, seen by the backend", "/only-share-host/headers"),
                get("host of a share and of its route", "/share-host/headers"),
                get("no time-out to expect", "/patient/headers"),
                get("a client's own expectation", "/headers", "x-envoy-expected-rq-timeout-ms: 5"),
                get(
                        "mutated headers, seen by the backend",
                        "/mutate/headers",
                        "x-kept: old",
                        "x-replaced: old",
                        "x-secret: s"),
                get("mutated headers absent before", "/mutate/headers"),
                get(
                        "headers as the backend gets them",
                        "/headers",
                        "X-MiXed-Case: Value",
                        "accept: */*",
                        "cookie: a=1",
                        "cookie: b=2"),
                get(
                        "hop-by-hop headers",
                        "/headers",
                        "Connection: keep-alive, x-hop",
                        "x-hop: 1",
                        "Keep-Alive: 5",
                        "TE: trailers"),
                get(
                        "proxy headers from outside",
                        "/headers",
                        "x-forwarded-for: 9.9.9.9",
                        "x-forwarded-proto: https",
                        "x-request-id: mine"),
                get(
                        "upgrade to h2c is not passed on",
                        "/headers",
                        "Connection: Upgrade, HTTP2-Settings",
                        "Upgrade: h2c",
                        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),
                get("weight zero is never chosen", "/weighted/all"),
                get("no time-out when told so", "/patient/delay/600"),
                get("route time-out", "/delay/3000"),
                get("cluster without endpoints", "/nobody"),
                get("endpoint refuses", "/refused"),
                get("endpoint resets", "/resets"),
                get("endpoint answers garbage", "/garbage"),
                get("answer until close", "/untilclose"),
                get("answer with bare line feeds", "/lf"),
                get("answer switches protocols unasked", "/switching"),
                get("answer with early hints", "/hints"),
                get("answer 204 with a length", "/long204"),
                get("answer 304 with a body", "/long304"),
                of("answer to HEAD with a body", "HEAD /body HTTP/1.1\r\n" + SHOP + "\r\n"),
                get("status 204", "/status/204"),
                get("status 304", "/status/304"),
                get("status 503 of the application", "/status/503"),
                get("status 599", "/status/599"),
                of(
                        "Expect: 100-continue",
                        "POST /a/x HTTP/1.1\r\n" + SHOP + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nok")));
        return all;
    }

    /** Requests that no proxy should pass on. */
    static List<RawRequest> bad() {
        return List.of(
                of("no host", "GET /a/x HTTP/1.1\r\n\r\n"),
                of("two hosts", "GET /a/x HTTP/1.1\r\n" + SHOP + "Host: other.test\r\n\r\n"),
                of("not HTTP", "hello there\r\n\r\n"),
                of("HTTP/3.0", "GET /a/x HTTP/3.0\r\n" + SHOP + "\r\n"),
                of("no version", "GET /a/x\r\n\r\n"),
                of("method with a bracket", "G(T /a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("space in the path", "GET /a /x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("path without slash", "GET a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of(
                        "length and chunked",
                        "POST /a/x HTTP/1.1\r\n" + SHOP
                                + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                of(
                        "two different lengths",
                        "POST /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
                of("negative length", "POST /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: -1\r\n\r\n"),
                of("length with a plus", "POST /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: +5\r\n\r\nhello"),
                of("length of 2^63", "POST /a/x HTTP/1.1\r\n" + SHOP + "Content-Length: 9223372036854775808\r\n\r\n"),
                of(
                        "chunk of 2^64",
                        "POST /a/x HTTP/1.1\r\n" + SHOP
                                + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n"),
                of(
                        "unknown transfer coding",
                        "POST /a/x HTTP/1.1\r\n" + SHOP + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
                of(
                        "chunked is not last",
                        "POST /a/x HTTP/1.1\r\n" + SHOP + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
                of("space before the colon", "GET /a/x HTTP/1.1\r\n" + SHOP + "x-a : 1\r\n\r\n"),
                of("header without colon", "GET /a/x HTTP/1.1\r\n" + SHOP + "x-a\r\n\r\n"),
                of("empty header name", "GET /a/x HTTP/1.1\r\n" + SHOP + ": 1\r\n\r\n"),
                of("NUL in a value", "GET /a/x HTTP/1.1\r\n" + SHOP + "x-a: 1\u00002\r\n\r\n"),
                of("bare CR in a value", "GET /a/x HTTP/1.1\r\n" + SHOP + "x-a: 1\r2\r\n\r\n"),
                of("folded header", "GET /a/x HTTP/1.1\r\n" + SHOP + "x-a: 1\r\n 2\r\n\r\n"),
                of("header of 70 KiB", "GET /a/x HTTP/1.1\r\n" + SHOP + "x-a: " + "a".repeat(70 * 1024) + "\r\n\r\n"),
                of("120 headers", "GET /a/x HTTP/1.1\r\n" + SHOP + "x-a: 1\r\n".repeat(120) + "\r\n"),
                of(
                        "upgrade to another protocol is only a wish",
                        "GET /a/x HTTP/1.1\r\n" + SHOP + "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n"),
                get(
                        "headers for routers are not passed on",
                        "/headers",
                        "x-envoy-retry-on: 5xx",
                        "X-Envoy-Max-Retries: 9",
                        "x-envoy-internal: true",
                        "x-envoy-upstream-rq-timeout-ms: 1",
                        "x-envoy-attempt-count: 7",
                        "x-forwarded-client-cert: By=me"),
                of("CONNECT without permission", "CONNECT shop.test:80 HTTP/1.1\r\n" + SHOP + "\r\n"),
                of(
                        "upgrade without permission",
                        "GET /a/x HTTP/1.1\r\n" + SHOP + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
                of("preface of HTTP/2 cut short", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
                of("empty line before the request", "\r\nGET /a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("two empty lines before the request", "\r\n\r\nGET /a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("tab in the request line", "GET\t/a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("two spaces in the request line", "GET  /a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                of("request with bare line feeds", "GET /a/x HTTP/1.1\nHost: shop.test\n\n"),
                of(
                        "space behind the size of a chunk",
                        "POST /a/x HTTP/1.1\r\n" + SHOP + "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n"),
                host("user in the host", "u@shop.test"),
                of("HTTP/1.0 without host", "GET /a/x HTTP/1.0\r\n\r\n"),
                of("method in lower case", "get /a/x HTTP/1.1\r\n" + SHOP + "\r\n"),
                get("host named as hop-by-hop", "/headers", "Connection: host"),
                of(
                        "length named as hop-by-hop",
                        "POST /headers HTTP/1.1\r\n" + SHOP
                                + "Connection: content-length\r\nContent-Length: 5\r\n\r\nhello"),
                get("fragment in the path", "/a/x#part"));
    }
}
