package dev.weft.proxy;

import dev.weft.base.Backoff;
import dev.weft.base.Log;
import dev.weft.identity.HostCredential;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Keeps the machine's host credential alive: asks for its successor when half of its life is over and puts that where the
 * next start finds it. Every sidecar of a machine does so for itself; that the credential is renewed more than once does no
 * harm. Confined to the control thread.
 */
final class HostRenewal {
    /** Where a renewed credential is kept. */
    interface Store {
        void save(HostCredential renewed) throws IOException;
    }

    private static final double JITTER = 0.1; // of the wait: machines that joined together do not ask together
    private static final Duration LOOK =
            Duration.ofDays(1); // again at the clock: the timer stands while a machine sleeps

    private final EventLoop loop;
    private final Function<HostCredential, CompletableFuture<List<String>>> call;
    private final Store store;
    private final RandomGenerator random;
    private final Log log;
    private final Backoff backoff;
    private HostCredential credential;
    private Instant askAt = Instant.MIN;
    private boolean failing; // logged once at its edges

    /** @param call asks as the host it is given for its successor; answers the chain in PEM */
    HostRenewal(
            EventLoop loop,
            HostCredential credential,
            Function<HostCredential, CompletableFuture<List<String>>> call,
            Store store,
            RandomGenerator random,
            Log log) {
        this.loop = loop;
        this.credential = credential;
        this.call = call;
        this.store = store;
        this.random = random;
        this.log = log;
        this.backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), Duration.ofHours(1), random);
    }

    void start() {
        Instant due = credential.renewAt();
        long left = Math.max(0, Duration.between(Instant.now(), due).toMillis());
        askAt = due.plusMillis((long) (left * JITTER * random.nextDouble()));
        await();
    }

    private void await() {
        Duration left = Duration.between(Instant.now(), askAt);
        if (left.isPositive()) {
            Duration next = left.compareTo(LOOK) < 0 ? left : LOOK;
            loop.schedule(this::await, next.toMillis() + 1, TimeUnit.MILLISECONDS);
        } else {
            renew();
        }
    }

    private void renew() {
        call.apply(credential)
                .whenCompleteAsync(
                        (chain, failure) -> {
                            try {
                                if (failure != null) {
                                    failed(failure);
                                    return;
                                }
                                HostCredential renewed = credential.renewed(chain);
                                store.save(renewed);
                                credential = renewed;
                                failing = false;
                                backoff.reset();
                                log.info("host credential renewed, good until "
                                        + renewed.chain()
                                                .getFirst()
                                                .getNotAfter()
                                                .toInstant());
                                start();
                            } catch (IOException | IllegalArgumentException e) {
                                failed(e);
                            }
                        },
                        loop);
    }

    private void failed(Throwable why) {
        if (!failing) {
            failing = true;
            log.warn("host credential, good until "
                    + credential.chain().getFirst().getNotAfter().toInstant() + ", was not renewed: " + why.getMessage()
                    + "; trying again");
        }
        askAt = Instant.now().plus(backoff.next());
        await();
    }
}
