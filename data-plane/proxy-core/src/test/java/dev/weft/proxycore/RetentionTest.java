package dev.weft.proxycore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.net.EventLoops;
import dev.weft.net.TimerWheel;
import dev.weft.xdsmodel.UpstreamHttp;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is over is not kept: a timer that stayed in its wheel until its time would keep what it belongs to for seconds. */
@Timeout(60)
class RetentionTest {
    private static final int MANY = 300;
    private static final int AT_ONCE = 8;

    /** Well before a wheel has turned. */
    private static final int SECONDS = 4;

    private static final Pattern LINE = Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +(\\S+)");

    private static Backend backend() {
        return new Backend(c -> {
            while (c.readRequest() != null) {
                c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
    }

    /** Instances that live, by class. */
    private static Map<String, Integer> living() {
        try {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            Matcher line = LINE.matcher(histogram);
            Map<String, Integer> living = new HashMap<>();
            while (line.find()) {
                living.put(line.group(2), Integer.parseInt(line.group(1)));
            }
            assertThat(living).containsKey("java.lang.String");
            return living;
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertFewLeft(int most, Class<?>... kinds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        List<String> tooMany = new ArrayList<>();
        do {
            tooMany.clear();
            Map<String, Integer> living = living();
            for (Class<?> kind : kinds) {
                int number = living.getOrDefault(kind.getName(), 0);
                if (number > most) {
                    tooMany.add(number + " of " + kind.getSimpleName());
                }
            }
        } while (!tooMany.isEmpty() && System.nanoTime() - end < 0);
        assertThat(tooMany).isEmpty();
    }

    @Test
    void aConnectionThatIsOverIsNotKept() throws IOException {
        try (Backend backend = backend();
                TestProxy proxy = TestProxy.http(backend.port())) {
            for (int i = 0; i < MANY; i++) {
                try (Client client = proxy.client()) {
                    assertThat(client.get("/" + i)).endsWith("ok");
                }
            }
            assertFewLeft(MANY / 10, HttpConnection.class, StreamDeadlines.class);
        }
    }

    @Test
    void aTcpConnectionThatIsOverIsNotKept() throws IOException {
        try (Backend backend = backend();
                TestProxy proxy = TestProxy.tcp(backend.port())) {
            for (int i = 0; i < MANY; i++) {
                try (Client client = proxy.client()) {
                    assertThat(client.get("/" + i)).endsWith("ok");
                }
            }
            assertFewLeft(MANY / 10, TcpSession.class);
        }
    }

    /** On a shared connection many streams run at once. */
    @Test
    void aStreamThatIsOverIsNotKept() throws IOException {
        try (Backend backend = backend();
                MeshSides.Inbound inbound = new MeshSides.Inbound(backend.port());
                TestProxy outbound = MeshSides.outbound(
                        inbound.proxy.port("http"), MeshSides.SERVER, MeshSides.CLIENT, true, UpstreamHttp.DEFAULT)) {
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                clients.add(outbound.client());
            }
            for (int i = 0; i < MANY; i++) {
                for (Client client : clients) {
                    client.send("GET / HTTP/1.1\r\nHost: orders\r\n\r\n");
                }
                for (Client client : clients) {
                    assertThat(client.response()).endsWith("ok");
                }
            }
            assertFewLeft(10 * AT_ONCE, StreamDeadlines.class);
            for (Client client : clients) {
                client.close();
            }
        }
    }

    /** What would fail the tests above: a timer that only forgets its deadline. */
    @Test
    void aTimerThatStaysInItsWheelIsNoticed() throws Exception {
        try (EventLoops loops = new EventLoops(1, "wheel")) {
            EventLoop loop = loops.loop(0).netty();
            TimerWheel wheel = new TimerWheel(loop);
            loop.submit(() -> {
                        for (int i = 0; i < 2 * MANY; i++) {
                            Forgotten timer = new Forgotten();
                            wheel.set(timer, TimeUnit.HOURS.toNanos(1));
                            if (i % 2 == 0) {
                                timer.clear();
                            } else {
                                timer.discard();
                            }
                        }
                    })
                    .get(10, TimeUnit.SECONDS);
            assertThat(living()).containsEntry(Forgotten.class.getName(), MANY);
        }
    }

    private static final class Forgotten extends TimerWheel.Timer {
        @Override
        protected void expired() {
            throw new IllegalStateException("it has no deadline");
        }
    }
}
