package dev.weft.route;

import dev.weft.http.Ascii;
import dev.weft.http.RequestHead;
import java.nio.charset.StandardCharsets;

/** Makes request heads as a codec would. */
final class Heads {
    private Heads() {}

    /** @param fields names and values, alternating */
    static RequestHead request(String method, String authority, String target, String... fields) {
        RequestHead head = new RequestHead(256);
        int[] m = append(head, method);
        int[] t = append(head, target);
        int[] a = append(head, authority);
        head.method(m[0], m[1]);
        head.target(t[0], t[1]);
        head.authority(a[0], a[1]);
        for (int i = 0; i < fields.length; i += 2) {
            head.headers().add(Ascii.bytes(fields[i]), Ascii.bytes(fields[i + 1]));
        }
        return head;
    }

    static RequestHead get(String authority, String target, String... fields) {
        return request("GET", authority, target, fields);
    }

    private static int[] append(RequestHead head, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int at = head.headers().reserve(bytes.length);
        System.arraycopy(bytes, 0, head.bytes(), at, bytes.length);
        head.headers().advance(bytes.length);
        return new int[] {at, at + bytes.length};
    }
}
