package dev.weft.shop;

import java.io.IOException;

/** Takes the money and has the goods sent. Runs in two versions, so that there is something to try out. */
final class Payments implements Service {
    private final Others others;
    private final String version;

    Payments(Others others, String version) {
        this.others = others;
        this.version = version;
    }

    @Override
    public String answer(String path, String body) throws IOException, InterruptedException {
        return "{\"paidBy\":\"" + Text.json(version) + "\",\"shipping\":" + others.post("http://shipping/parcels", body)
                + "}";
    }
}
