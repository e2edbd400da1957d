package dev.weft.shop;

import java.io.IOException;

/** What a service does with a request: the path and body in, JSON out. */
interface Service {
    String answer(String path, String body) throws IOException, InterruptedException;
}
