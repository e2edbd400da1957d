package dev.weft.control;

import dev.weft.base.SpiffeId;
import dev.weft.meshmodel.MeshImage;
import dev.weft.xdsserver.ResourceSnapshot;
import dev.weft.xdsserver.XdsNode;
import org.jspecify.annotations.Nullable;

/** Which class a proxy belongs to, and what a class is served. Confined to the mesh thread. */
interface Views {
    /** The class of a proxy under an image. Proxies of one class are served the same bytes. */
    String classOf(MeshImage image, XdsNode node, @Nullable SpiffeId identity);

    /** What a class is served under an image; the class must have been named by {@link #classOf} before. */
    ResourceSnapshot translate(MeshImage image, String classKey);

    /** Makes what all classes share, while there is none. */
    void prepare(MeshImage image);

    /** Whether {@link #translate} would give other resources although the image is the same: a certificate is old. */
    boolean isRenewalDue();

    /** The class is not used any more. */
    void forget(String classKey);
}
