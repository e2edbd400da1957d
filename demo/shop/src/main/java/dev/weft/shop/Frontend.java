package dev.weft.shop;

import java.io.IOException;

/** The page a customer sees: asks everybody, pays, and says who was paid. */
final class Frontend implements Service {
    private final Others others;

    Frontend(Others others) {
        this.others = others;
    }

    @Override
    public String answer(String path, String body) throws IOException, InterruptedException {
        String items = others.get("http://catalog/items");
        String cart = others.get("http://cart/carts/ada");
        String recommended = others.get("http://recommendations/for/ada");
        String payment = others.post("http://payments/pay", cart);
        return "{\"items\":" + items + ",\"cart\":" + cart + ",\"recommended\":" + recommended + ",\"payment\":"
                + payment + "}";
    }
}
