package dev.weft.control;

import dev.weft.base.Address;
import dev.weft.xdsserver.XdsServer;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC servers: one with TLS 1.3 and an optional client certificate for everything, one without for xDS only. A port
 * that authenticates nobody offers no certificates and takes no registrations.
 */
final class GrpcPorts implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.weft.control");

    private final ServingIdentity serving;
    private final XdsServer xds;
    private final List<ServerServiceDefinition> authenticated;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private @Nullable Server tls;
    private @Nullable Server plaintext;

    /** @param authenticated services that need to know their caller */
    GrpcPorts(ServingIdentity serving, XdsServer xds, List<ServerServiceDefinition> authenticated) {
        this.serving = serving;
        this.xds = xds;
        this.authenticated = authenticated;
    }

    void start(ControlPlaneConfig config) throws IOException {
        NettyServerBuilder builder = builder(config.xds()).sslContext(sslContext());
        for (ServerServiceDefinition service : authenticated) {
            builder.addService(intercepted(service));
        }
        builder.addService(intercepted(CertifiedOnly.wrap(xds.service(
                () -> Peer.current().identity(), () -> Peer.current().remote()))));
        tls = started(builder, config.xds());
        Address plain = config.plaintextXds();
        if (plain != null) {
            plaintext = started(
                    builder(plain)
                            .addService(intercepted(
                                    xds.service(() -> null, () -> Peer.current().remote()))),
                    plain);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "xDS is also served on {0} without TLS: whoever reaches it sees every proxy''s configuration",
                    new Address(plain.host(), plaintextPort()));
        }
    }

    private NettyServerBuilder builder(Address address) {
        return NettyServerBuilder.forAddress(new InetSocketAddress(address.host(), address.port()))
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .channelType(NioServerSocketChannel.class)
                .executor(executor)
                .handshakeTimeout(10, TimeUnit.SECONDS)
                // A peer that vanished without a FIN is noticed in time for its lease.
                .keepAliveTime(5, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxInboundMessageSize(4 << 20)
                .maxInboundMetadataSize(16 << 10)
                .maxConcurrentCallsPerConnection(100);
    }

    private SslContext sslContext() throws SSLException {
        return GrpcSslContexts.configure(SslContextBuilder.forServer(serving.keyManager()), SslProvider.JDK)
                .trustManager(serving.trust())
                .clientAuth(ClientAuth.OPTIONAL)
                .protocols("TLSv1.3")
                .build();
    }

    private static ServerServiceDefinition intercepted(ServerServiceDefinition service) {
        return ServerInterceptors.interceptForward(
                service, Dated.INTERCEPTOR, Peer.INTERCEPTOR, CertificateEnd.INTERCEPTOR);
    }

    private static Server started(NettyServerBuilder builder, Address address) throws IOException {
        try {
            return builder.build().start();
        } catch (IOException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("cannot listen on " + address + ": " + cause.getMessage(), e);
        }
    }

    int tlsPort() {
        return tls == null ? 0 : tls.getPort();
    }

    int plaintextPort() {
        return plaintext == null ? 0 : plaintext.getPort();
    }

    @Override
    public void close() {
        for (Server server : new Server[] {tls, plaintext}) {
            if (server != null) {
                server.shutdownNow();
                try {
                    // Its last callbacks still need the executor.
                    if (!server.awaitTermination(2, TimeUnit.SECONDS)) {
                        LOG.log(System.Logger.Level.WARNING, "calls are still open");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
        executor.shutdownNow();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
