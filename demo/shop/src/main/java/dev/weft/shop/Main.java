package dev.weft.shop;

import java.util.Map;

/**
 * Runs one service of the shop: {@code Main frontend}. Listens at {@code HOST} (default 0.0.0.0) and {@code PORT} (default
 * 8080), calls the others as {@code http://catalog/} and so on.
 */
public final class Main {
    private Main() {}

    /** Runs until the process is told to end. */
    public static void main(String[] args) throws Exception {
        String name = args.length == 1 ? args[0] : "";
        if (name.equals("shopper")) {
            Shopper.shop();
            return;
        }
        Others others = new Others();
        Map<String, Service> services = Map.of(
                "frontend", new Frontend(others),
                "catalog", new Catalog(),
                "cart", new Cart(others),
                "payments", new Payments(others, System.getenv().getOrDefault("VERSION", "v1")),
                "shipping", new Shipping(),
                "recommendations", new Recommendations());
        Service service = services.get(name);
        if (service == null) {
            System.err.println("which service? " + services.keySet() + " or shopper");
            System.exit(2);
            return;
        }
        WebServer.start(name, service);
    }
}
