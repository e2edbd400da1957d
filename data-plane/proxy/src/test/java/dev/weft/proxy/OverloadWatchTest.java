package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.balance.OverloadResource;
import dev.weft.base.Log;
import dev.weft.net.OriginalDestination;
import dev.weft.proxycore.Engine;
import dev.weft.proxycore.EngineConfig;
import dev.weft.proxycore.HttpFilterFactory;
import dev.weft.proxycore.WorkloadLabels;
import dev.weft.stats.PrometheusText;
import dev.weft.stats.StatsRegistry;
import dev.weft.upstream.Whereabouts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OverloadWatchTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final StatsRegistry stats = new StatsRegistry(2);
    private final Log log = Log.to(new PrintStream(written, true, StandardCharsets.UTF_8), Log.Level.INFO, "overload");
    private final Engine engine = new Engine(
            new EngineConfig(
                    1,
                    Whereabouts.UNKNOWN,
                    WorkloadLabels.UNKNOWN,
                    "",
                    OriginalDestination.NONE,
                    HttpFilterFactory.NONE,
                    log),
            stats);
    private final AtomicReference<Double> heap = new AtomicReference<>(0.0);
    private final OverloadWatch watch =
            new OverloadWatch(Map.of(OverloadResource.HEAP, this::taken), engine, stats, log);

    private double taken() throws IOException {
        Double now = heap.get();
        if (now.isNaN()) {
            throw new IOException("Too many open files");
        }
        return now;
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private String log() {
        String text = written.toString(StandardCharsets.UTF_8);
        written.reset();
        return text;
    }

    @Test
    void eachStepIsToldOnceWhenItBeginsAndWhenItEnds() {
        watch.look();
        assertThat(log()).isEmpty();
        heap.set(0.96);
        watch.look();
        watch.look();
        assertThat(log())
                .contains("warn overload close_idle begins (heap 96 %)", "warn overload shed begins (heap 96 %)")
                .hasLineCount(2);
        assertThat(PrometheusText.write(stats))
                .contains(
                        "weft_overload_pressure{resource=\"heap\"} 96\n",
                        "weft_overload_active{action=\"shed\"} 1\n",
                        "weft_overload_active{action=\"stop_accepting\"} 0\n");
        heap.set(0.2);
        watch.look();
        watch.look();
        assertThat(log()).contains("info overload shed ends (heap 20 %)").hasLineCount(2);
        assertThat(PrometheusText.write(stats)).contains("weft_overload_active{action=\"shed\"} 0\n");
    }

    @Test
    void whatCannotBeReadKeepsItsLastValue() {
        heap.set(0.99);
        watch.look();
        log();
        heap.set(Double.NaN);
        watch.look();
        watch.look();
        assertThat(log()).contains("cannot tell how much of heap is taken").hasLineCount(1);
        assertThat(PrometheusText.write(stats)).contains("weft_overload_active{action=\"stop_accepting\"} 1\n");
        heap.set(0.0);
        watch.look();
        assertThat(PrometheusText.write(stats)).contains("weft_overload_active{action=\"stop_accepting\"} 0\n");
    }
}
