package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xdsmodel.FilterChain;
import dev.weft.xdsmodel.Route;
import dev.weft.xdsmodel.RouteAction;
import dev.weft.xdsmodel.RouteConfiguration;
import dev.weft.xdsmodel.RouteMatch;
import dev.weft.xdsmodel.VirtualHost;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing a user asked for is lost when configuration changes or the proxy goes. */
@Timeout(60)
class DrainTest {
    /** Sends requests on kept connections until stopped, reconnecting when told to close. */
    private static final class Load implements AutoCloseable {
        final AtomicInteger answered = new AtomicInteger();
        final AtomicReference<String> failure = new AtomicReference<>();
        private final AtomicBoolean stop = new AtomicBoolean();
        private final List<Thread> threads;

        Load(TestProxy proxy, int connections) {
            threads = java.util.stream.IntStream.range(0, connections)
                    .mapToObj(i -> Thread.startVirtualThread(() -> run(proxy.port("http"))))
                    .toList();
        }

        private void run(int port) {
            while (!stop.get()) {
                try (Client client = new Client(port)) {
                    String response = "";
                    while (!stop.get() && !response.contains("Connection: close")) {
                        response = client.get("/");
                        if (!response.startsWith("HTTP/1.1 200")) {
                            failure.compareAndSet(null, response);
                        }
                        answered.incrementAndGet();
                    }
                } catch (IOException e) {
                    if (!stop.get()) {
                        failure.compareAndSet(null, e.toString());
                    }
                }
            }
        }

        void await(int more) throws InterruptedException {
            int until = answered.get() + more;
            while (answered.get() < until && failure.get() == null) {
                Thread.onSpinWait();
                Thread.yield();
            }
        }

        @Override
        public void close() throws InterruptedException {
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    @Test
    void drainFinishesWhatIsUnderWayAndFailsNothing() throws Exception {
        try (Backend backend = Backend.answering("ok");
                TestProxy proxy = TestProxy.http(backend.port());
                Load load = new Load(proxy, 8)) {
            load.await(200);
            Thread drainer = Thread.startVirtualThread(() -> proxy.engine.drain(Duration.ofSeconds(20)));
            load.await(200);
            load.stop.set(true); // clients have moved elsewhere, as after the endpoint was removed
            drainer.join();
            assertThat(load.failure).hasValue(null);
        }
    }

    @Test
    void aRequestInFlightSurvivesTheDrain() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (Backend backend = new Backend(c -> {
                    c.readRequest();
                    arrived.countDown();
                    try {
                        answer.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    c.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
                });
                TestProxy proxy = TestProxy.http(backend.port());
                Client client = proxy.client()) {
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n");
            arrived.await();
            AtomicBoolean quiet = new AtomicBoolean();
            Thread drainer = Thread.startVirtualThread(() -> quiet.set(proxy.engine.drain(Duration.ofSeconds(20))));
            while (!proxy.engine.isDraining()) {
                Thread.onSpinWait();
            }
            answer.countDown();
            assertThat(client.response()).contains("Connection: close").endsWith("late");
            drainer.join();
            assertThat(quiet).isTrue();
        }
    }

    @Test
    void changesOfEverythingFailNoRequest() throws Exception {
        try (Backend one = Backend.answering("one");
                Backend two = Backend.answering("two");
                TestProxy proxy = TestProxy.http(one.port());
                Load load = new Load(proxy, 8)) {
            for (int round = 0; round < 20; round++) {
                load.await(50);
                proxy.cluster("backend", round % 2 == 0 ? new int[] {two.port(), one.port()} : new int[] {one.port()});
                proxy.cluster("c" + round, two.port());
                // Another route configuration: the filter chain changes, its connections are drained.
                RouteConfiguration routes = RouteConfiguration.of(
                        "r" + round,
                        VirtualHost.of(
                                "all",
                                List.of("*"),
                                Route.of(RouteMatch.prefix("/"), RouteAction.Forward.to("c" + round))));
                var bound = proxy.listeners.get("http");
                proxy.listener("http", FilterChain.of(TestProxy.manager(routes)));
                assertThat(bound).isNotEqualTo(proxy.listeners.get("http"));
                proxy.apply();
                if (round > 0) {
                    proxy.clusters.remove("c" + (round - 1));
                    proxy.apply();
                }
            }
            load.await(50);
            assertThat(load.failure).hasValue(null);
        }
    }
}
