package dev.weft.shop;

import java.io.IOException;

/** What a customer wants, at today's price. */
final class Cart implements Service {
    private final Others others;

    Cart(Others others) {
        this.others = others;
    }

    @Override
    public String answer(String path, String body) throws IOException, InterruptedException {
        String customer = path.substring(path.lastIndexOf('/') + 1);
        return "{\"customer\":\"" + Text.json(customer) + "\",\"lines\":[" + others.get("http://catalog/items/shuttle")
                + "]}";
    }
}
