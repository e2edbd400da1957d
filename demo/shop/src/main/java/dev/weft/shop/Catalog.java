package dev.weft.shop;

/** What there is to buy. */
final class Catalog implements Service {
    @Override
    public String answer(String path, String body) {
        if (path.startsWith("/items/")) {
            return "{\"item\":\"" + Text.json(path.substring(7)) + "\",\"price\":12.5}";
        }
        return "[{\"item\":\"loom\",\"price\":480},{\"item\":\"shuttle\",\"price\":12.5},{\"item\":\"yarn\",\"price\":6}]";
    }
}
