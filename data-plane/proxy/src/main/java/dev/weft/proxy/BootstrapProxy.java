package dev.weft.proxy;

import dev.weft.base.Address;
import dev.weft.base.Diagnostic;
import dev.weft.base.Json;
import dev.weft.base.Log;
import dev.weft.net.TlsConfigException;
import dev.weft.net.TlsContexts;
import dev.weft.net.TlsProvider;
import dev.weft.proxycore.WorkloadLabels;
import dev.weft.upstream.Whereabouts;
import dev.weft.xdsclient.AdsClient;
import dev.weft.xdsclient.ControlPlane;
import dev.weft.xdsclient.GrpcTarget;
import dev.weft.xdsclient.ResourceParser;
import dev.weft.xdsmodel.Bootstrap;
import dev.weft.xdsmodel.Cluster;
import dev.weft.xdsmodel.ClusterLoadAssignment;
import dev.weft.xdsmodel.Node;
import dev.weft.xdsmodel.Parsed;
import dev.weft.xdsmodel.TransportSocket;
import dev.weft.xdsmodel.XdsReader;
import dev.weft.xdsmodel.XdsSnapshot;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A proxy started from an Envoy bootstrap: its static resources, and those of its control plane if it names one. */
final class BootstrapProxy {
    private static final Duration KEEPALIVE = Duration.ofSeconds(7); // a dead peer is found within twice that

    private final Proxy proxy;
    private final Bootstrap bootstrap;
    private final Log log;
    private @Nullable AdsClient ads;
    private @Nullable ControlPlane controlPlane;

    private BootstrapProxy(Proxy proxy, Bootstrap bootstrap) {
        this.proxy = proxy;
        this.bootstrap = bootstrap;
        this.log = proxy.log();
    }

    private static String reason(IOException problem) {
        return switch (problem) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "it is not ours to read";
            case CharacterCodingException encoding -> "it is not UTF-8";
            default -> String.valueOf(problem.getMessage());
        };
    }

    /** Starts it; returns an exit code, 0 = it runs. */
    static int run(Options.FromBootstrap options, Log log) {
        String text;
        try {
            text = Files.readString(options.file());
        } catch (IOException e) {
            System.err.println("weft proxy: cannot read " + options.file() + ": " + reason(e));
            return Main.USAGE;
        }
        Parsed<Bootstrap> parsed = XdsReader.bootstrap(text);
        if (parsed instanceof Parsed.Ok<Bootstrap> ok) {
            ok.warnings().forEach(warning -> log.warn(warning.toString()));
            Node node = ok.value().node();
            Whereabouts whereabouts =
                    new Whereabouts(node.id(), node.locality(), ok.value().localCluster());
            Proxy proxy = new Proxy(options.loops(), whereabouts, WorkloadLabels.UNKNOWN, "", log);
            return new BootstrapProxy(proxy, ok.value()).start(text);
        }
        if (parsed instanceof Parsed.Rejected<Bootstrap> rejected) {
            long errors =
                    rejected.diagnostics().stream().filter(Diagnostic::isError).count();
            System.err.println(
                    "weft proxy: " + options.file() + ": " + errors + (errors == 1 ? " problem" : " problems"));
            rejected.diagnostics().forEach(problem -> System.err.println("  " + problem));
        }
        return Main.USAGE;
    }

    private int start(String text) {
        Shutdown shutdown =
                new Shutdown(proxy, () -> CompletableFuture.completedFuture(null), this::stop, Shutdown.DRAIN);
        Bootstrap.Admin admin = bootstrap.admin();
        if (admin != null) {
            AdminPages pages = new AdminPages(
                    proxy,
                    new AdminPages.Facts(
                            bootstrap.node(), json(text), () -> ads == null ? null : ads.status(), Map::of),
                    new AdminPages.Actions(shutdown::drainOnly, shutdown::quit, null));
            try {
                new AdminServer(proxy.loop(), admin.address(), new AdminServer.Door.Plain(true, null), pages::all, log);
            } catch (Exception e) {
                System.err.println("weft proxy: admin.address: cannot bind " + admin.address() + ": " + e.getMessage());
                return Main.FAILED;
            }
        }
        Bootstrap.Ads source = bootstrap.ads();
        if (source == null) {
            List<Diagnostic> problems = apply(bootstrap.staticResources());
            if (problems.stream().anyMatch(Diagnostic::isError)) {
                problems.forEach(problem -> System.err.println("weft proxy: " + problem));
                return Main.FAILED;
            }
        } else {
            GrpcTarget target;
            try {
                target = target(source);
            } catch (TlsConfigException | IllegalArgumentException e) {
                System.err.println("weft proxy: dynamic_resources.ads_config: " + e.getMessage());
                return Main.USAGE;
            }
            follow(source, target);
        }
        shutdown.install();
        return Main.OK;
    }

    private void follow(Bootstrap.Ads source, GrpcTarget target) {
        SplittableRandom random = new SplittableRandom();
        ControlPlane connection = new ControlPlane(target, random, log.component("xds"));
        AdsClient client = new AdsClient(
                new AdsClient.Config(
                        bootstrap.node(),
                        source.delta(),
                        source.listeners(),
                        source.clusters(),
                        source.initialMetadata(),
                        bootstrap.staticResources(),
                        Set.of(),
                        AdsClient.Config.DEFAULT_PATIENCE),
                connection,
                ResourceParser.XDS,
                this::apply,
                random,
                log.component("xds"));
        controlPlane = connection;
        ads = client;
        connection.start();
        client.start();
    }

    private List<Diagnostic> apply(XdsSnapshot snapshot) {
        List<Diagnostic> problems = proxy.apply(snapshot);
        if (problems.stream().noneMatch(Diagnostic::isError)) {
            proxy.live();
        }
        return problems;
    }

    /** The static cluster the control plane is reached by. */
    private GrpcTarget target(Bootstrap.Ads source) throws TlsConfigException {
        Cluster cluster = bootstrap.staticResources().clusters().get(source.cluster());
        ClusterLoadAssignment assignment = cluster == null ? null : cluster.loadAssignment();
        if (cluster == null || assignment == null) {
            throw new IllegalArgumentException("cluster " + source.cluster() + " has no endpoints of its own");
        }
        Address address = assignment.endpoints().stream()
                .flatMap(locality -> locality.lbEndpoints().stream())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("cluster " + source.cluster() + " has no endpoint"))
                .address();
        GrpcTarget.Tls tls = null;
        if (cluster.transportSocket() instanceof TransportSocket.UpstreamTls upstream) {
            TlsContexts contexts = new TlsContexts(TlsProvider.preferred());
            contexts.secrets(bootstrap.staticResources().secrets());
            tls = new GrpcTarget.Tls(contexts.client(upstream), null);
        }
        return new GrpcTarget(
                address,
                source.authority().isEmpty() ? source.cluster() : source.authority(),
                tls,
                proxy.controlThread(),
                KEEPALIVE);
    }

    private void stop() {
        if (controlPlane != null) {
            controlPlane.close();
        }
    }

    /** The file as plain values, for the dump; it was read before, so it is JSON. */
    private static Map<String, @Nullable Object> json(String text) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        if (Json.parse(text) instanceof Map<?, ?> map) {
            map.forEach((name, value) -> copy.put(String.valueOf(name), value));
        }
        return copy;
    }
}
