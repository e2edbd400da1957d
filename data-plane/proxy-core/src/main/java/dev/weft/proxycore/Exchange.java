package dev.weft.proxycore;

import dev.weft.balance.PickContext;
import dev.weft.base.Address;
import dev.weft.codec.CodecLoop;
import dev.weft.http.Ascii;
import dev.weft.http.HeaderBlock;
import dev.weft.http.HttpMethod;
import dev.weft.http.HttpStream;
import dev.weft.http.HttpVersion;
import dev.weft.http.ResponseHead;
import dev.weft.http.StreamContext;
import dev.weft.http.StreamEnd;
import dev.weft.http.Upstream;
import dev.weft.http.UpstreamListener.Failure;
import dev.weft.route.ClusterChoice;
import dev.weft.upstream.ClusterRuntime;
import dev.weft.upstream.EndpointRuntime;
import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The router's side of one stream, its {@link HttpStream#context()}: where the request goes, the {@link Attempt} under way,
 * and what follows when one fails: another attempt, or an answer of our own.
 *
 * <p>States: picking → attempt → (picking → attempt)* → response → over.
 */
final class Exchange implements StreamContext {
    private static final byte[] SET_COOKIE = Ascii.bytes("set-cookie");

    final HttpConnection connection;
    final long startNanos = System.nanoTime();

    @Nullable
    RoutePlan plan;

    @Nullable
    ClusterChoice choice;

    @Nullable
    ClusterRuntime cluster;

    /** Of the last attempt. */
    @Nullable
    EndpointRuntime endpoint;

    /** Our end of the last attempt's connection, for logs. */
    @Nullable
    SocketAddress upstreamLocal;

    /** Why the last connection that failed did. */
    @Nullable
    String transportFailure;

    /** The IP address x-forwarded-for says the client has, where that is trusted; null: it is our peer. */
    byte @Nullable [] client;

    boolean isGrpc;

    /** {@code grpc-status} of the response, ours or the upstream's; {@link Grpc#NO_STATUS} while there is none. */
    int grpcStatus = Grpc.NO_STATUS;

    long responseHeadNanos;
    boolean envoyHeaders; // the router's configuration wants them
    private final StreamDeadlines deadlines;
    private @Nullable HttpStream stream;
    private @Nullable Attempt attempt; // the last one
    private @Nullable PickContext picks; // of this request, once an attempt has failed
    private @Nullable HeldBody held;
    private @Nullable ResponseHead lastResponse;
    private boolean admitted; // holds one of the cluster's requests
    private Admission admission = Admission.SERVED;
    private boolean triedAgain;
    private @Nullable Address wantedHost; // by a session that is bound to it
    private boolean wantedStrictly;
    private long hash = RequestHash.NONE; // of the request, where its cluster goes by one
    private byte @Nullable [] newCookie; // to be set in the upstream's response

    Exchange(HttpConnection connection, StreamDeadlines deadlines) {
        this.connection = connection;
        this.deadlines = deadlines;
    }

    StreamDeadlines deadlines() {
        return deadlines;
    }

    CodecLoop codec() {
        return connection.worker().upstream().codec();
    }

    HttpStream stream() {
        return Objects.requireNonNull(stream);
    }

    private ClusterRuntime requireCluster() {
        return Objects.requireNonNull(cluster);
    }

    void bind(HttpStream newStream, Admission admitted) {
        stream = newStream;
        admission = admitted;
    }

    Admission admission() {
        return admission;
    }

    // For filters.

    @Override
    public void reply(int status, String body, String details) {
        Replies.send(this, stream(), status, body, details);
    }

    @Override
    public void replyGrpc(int status, String message, String details) {
        Replies.sendGrpc(this, stream(), status, message, details);
    }

    @Override
    public void reply(int status, Consumer<HeaderBlock> headers, String details) {
        Replies.head(this, stream(), status, headers, details);
    }

    @Override
    public Timeout after(long nanos, Runnable task) {
        FilterTimeout timeout = new FilterTimeout(task);
        connection.worker().upstream().timers().set(timeout, nanos);
        return timeout;
    }

    @Override
    public RandomGenerator random() {
        return connection.worker().loop().random();
    }

    @Override
    public int cell() {
        return connection.worker().cell();
    }

    @Override
    public @Nullable String cluster() {
        ClusterChoice chosen = choice;
        return chosen == null ? null : chosen.cluster();
    }

    @Override
    public void overrideHost(Address address, boolean strict) {
        wantedHost = address;
        wantedStrictly = strict;
    }

    @Override
    public @Nullable Address endpoint() {
        EndpointRuntime tried = endpoint;
        return tried == null ? null : tried.address();
    }

    /** The share of its route's split that the request goes to: where its session is, else the one drawn. */
    @Nullable
    ClusterChoice keepShare(RoutePlan of) {
        Address wanted = wantedHost;
        if (wanted != null && choice != null) {
            choice = of.holding(wanted, choice);
        }
        return choice;
    }

    // Attempts.

    /** Finds a connection for the request of this stream to one of the cluster's endpoints. */
    void forward(ClusterRuntime to) {
        cluster = to;
        if (!to.limits().requests().tryAcquire()) {
            overflow(to);
            return;
        }
        admitted = true;
        to.stats().activeRequests.add(cell(), 1);
        hash = to.isHashing() && plan != null ? plan.hash(this, stream().request()) : RequestHash.NONE;
        PickContext context = asked(connection.worker().upstream().firstPick());
        context.at(startNanos); // near enough: averages and warm-ups last seconds
        if (wantedHost != null) {
            context.overrideHost(wantedHost, wantedStrictly); // the first attempt's only, as in Envoy
        }
        attempt(to, context);
    }

    /** What this request asks of every pick. */
    private PickContext asked(PickContext context) {
        if (hash != RequestHash.NONE) {
            context.hash(hash);
        }
        context.subset(plan == null ? null : plan.subset(choice));
        return context;
    }

    private void attempt(ClusterRuntime to, PickContext context) {
        EndpointRuntime chosen = connection.info().endpoint(to, context);
        if (chosen == null) {
            to.stats().connectionsNoneHealthy.increment(cell());
            if (connection.info().isVirtual(to)) {
                Replies.noRoute(this);
            } else {
                Replies.noEndpoint(this);
            }
            return;
        }
        endpoint = chosen;
        Attempt next = new Attempt(this, to, chosen);
        attempt = next;
        if (!next.begin()) {
            overflow(to);
        }
    }

    private void overflow(ClusterRuntime to) {
        to.stats().pendingOverflow.increment(cell());
        Replies.overflow(this);
    }

    /** The upstream's response sets this cookie. */
    void giveCookie(byte[] field) {
        newCookie = field;
    }

    /** Nothing was sent, so another endpoint may have it (decision 24); the same one only when there is no other. */
    void connectFailed(Attempt failed, boolean timeout, String reason) {
        transportFailure = reason;
        ClusterRuntime to = requireCluster();
        PickContext context = picks;
        if (context == null) {
            context = asked(new PickContext(connection.worker().loop().random()));
            picks = context;
        }
        context.exclude(failed.endpoint());
        if (!to.isOriginalDst() && to.pick(context) != null) {
            to.stats().requestRetries.increment(cell());
            attempt(to, context);
            return;
        }
        Replies.connectFailed(this, timeout, reason);
    }

    void upstreamFailed(Failure failure, String details) {
        HttpStream current = stream();
        if (mayTryAgain(failure, current)) {
            triedAgain = true;
            ClusterRuntime to = requireCluster();
            to.stats().requestRetries.increment(cell());
            attempt(to, asked(connection.worker().upstream().firstPick()));
            return;
        }
        Replies.upstreamFailed(this, failure, details);
    }

    /**
     * A request without a body is sent once more if the endpoint has not processed it (RFC 9113 §8.7), or if a kept
     * connection closed under it and it is safe to repeat (decision 24, requirement R52).
     */
    private boolean mayTryAgain(Failure failure, HttpStream current) {
        HttpMethod method = current.request().method();
        boolean safe = method == HttpMethod.GET || method == HttpMethod.HEAD || method == HttpMethod.OPTIONS;
        return (failure == Failure.REFUSED || failure == Failure.STALE_CONNECTION && safe)
                && !triedAgain
                && !current.isUpgradeAllowed()
                && !current.isResponseStarted()
                && current.isRequestEnded()
                && current.requestBytes() == 0;
    }

    // The request after its head: from the router.

    private @Nullable Upstream upstream() {
        Attempt current = attempt;
        return current == null ? null : current.upstream();
    }

    void requestData(ByteBuf data, boolean end) {
        if (end) {
            requestEnded();
        }
        Attempt current = attempt;
        Upstream body = current == null ? null : current.body();
        if (body != null) {
            body.writeData(data, end);
            return;
        }
        held().add(data, end);
    }

    /** For what comes before there is a connection. */
    private HeldBody held() {
        HeldBody early = held;
        if (early == null) {
            early = new HeldBody(stream());
            held = early;
        }
        return early;
    }

    /** The end of one direction of a tunnel is not the time from which it may last only so long. */
    private void requestEnded() {
        if (stream().isUpgradeAllowed()) {
            deadlines.active();
        } else {
            deadlines.requestEnded();
        }
    }

    boolean holdsBody() {
        return held != null;
    }

    /** What came before it could be sent; it is the caller's from now on. */
    @Nullable
    HeldBody takeHeld() {
        HeldBody body = held;
        held = null;
        return body;
    }

    void requestTrailers(HeaderBlock trailers) {
        Attempt current = attempt;
        Upstream body = current == null ? null : current.body();
        if (body != null) {
            requestEnded();
            body.writeTrailers(trailers);
        } else {
            requestEnded();
            held().addTrailers(trailers);
        }
    }

    void requestFlush() {
        deadlines.requestActive();
        Upstream current = upstream();
        if (current != null) {
            current.flush();
        }
    }

    void downstreamWritable(boolean writable) {
        Upstream current = upstream();
        if (current != null) {
            current.readEnabled(writable);
        }
    }

    // The response, and other ends.

    void responseHead(ResponseHead head, boolean end) {
        responseHeadNanos = System.nanoTime();
        deadlines.headArrived(responseHeadNanos);
        lastResponse = head;
        requireCluster().stats().response(cell(), head.status());
        HttpStream current = stream();
        if (isMistakenForYes(current, head)) {
            Replies.upstreamFailed(this, Failure.PROTOCOL_ERROR, "upgrade_declined");
            return;
        }
        current.details("via_upstream");
        if (isGrpc) {
            grpcStatus = Grpc.status(head.headers()); // a response without a body has it here
        }
        if (envoyHeaders && current.isRequestEnded()) {
            EnvoyHeaders.serviceTime(head.headers(), deadlines.sinceRequestEnd(responseHeadNanos));
        }
        if (newCookie != null) {
            head.headers().add(SET_COOKIE, newCookie);
        }
        connection.manager().finish(this, head);
        current.responseHead(head, end);
    }

    /** To a client of HTTP/2 that wants another protocol a 2xx says yes (RFC 8441 §5); to CONNECT it does, and is meant so. */
    private static boolean isMistakenForYes(HttpStream stream, ResponseHead head) {
        return stream.isUpgradeAllowed()
                && stream.request().method() != HttpMethod.CONNECT
                && stream.request().version() == HttpVersion.HTTP_2
                && head.status() >= 200
                && head.status() < 300;
    }

    /** The upstream's response head, valid until the stream has ended; null for our own answers. */
    @Nullable
    ResponseHead lastResponse() {
        return lastResponse;
    }

    void responseTrailers(HeaderBlock trailers) {
        if (isGrpc) {
            grpcStatus = Grpc.status(trailers);
        }
        stream().responseTrailers(trailers);
    }

    /** The stream has lasted as long as it may. */
    void lastedTooLong() {
        Replies.lastedTooLong(this);
    }

    /** The route's time-out, or the one to the response's head, has passed. */
    void timedOut() {
        ClusterRuntime to = cluster;
        if (to != null) {
            to.stats().requestTimeouts.increment(cell());
        }
        Replies.timedOut(this);
    }

    /** Nothing has moved for too long. */
    void idle() {
        Replies.idle(this);
    }

    /** The stream is over: cancel what still runs. */
    void over(StreamEnd end) {
        Attempt current = attempt;
        // A complete response is followed by done(), unless the exchange was given up before that.
        if (current != null && !(current.isResponseDone() && end == StreamEnd.COMPLETE)) {
            current.cancel();
        }
        HeldBody body = takeHeld();
        if (body != null) {
            body.release();
        }
        ClusterRuntime to = cluster;
        if (admitted && to != null) {
            admitted = false;
            to.limits().requests().release();
            to.stats().activeRequests.add(cell(), -1);
        }
    }
}
