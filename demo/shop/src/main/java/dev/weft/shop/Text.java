package dev.weft.shop;

/** JSON text by hand: the shop has no library at all. */
final class Text {
    private Text() {}

    static String json(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace('\n', ' ')
                .replace('\r', ' ');
    }
}
