package dev.weft.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Pem;
import dev.weft.base.SpiffeId;
import java.security.KeyPair;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.Test;

/** Our DER writer against Bouncy Castle's reader. */
class CertificateRequestTest {
    @Test
    void anotherImplementationReadsAndVerifiesIt() throws Exception {
        KeyPair keys = KeyPairs.newP256();
        // Long enough that lengths need two octets.
        SpiffeId identity = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/" + "a".repeat(300));
        String pem = CertificateRequest.pem(keys, identity);
        assertThat(pem).startsWith("-----BEGIN CERTIFICATE REQUEST-----\n");
        JcaPKCS10CertificationRequest csr =
                new JcaPKCS10CertificationRequest(Pem.blocks(pem).get(0).der());
        assertThat(csr.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(csr.isSignatureValid(new JcaContentVerifierProviderBuilder().build(keys.getPublic())))
                .isTrue();
        assertThat(csr.getSubject().getRDNs()).isEmpty();
        Extensions extensions =
                Extensions.getInstance(csr.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0]
                        .getAttributeValues()[0]);
        assertThat(extensions.getExtension(Extension.subjectAlternativeName).isCritical())
                .isTrue();
        GeneralName[] names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName)
                .getNames();
        assertThat(names).hasSize(1);
        assertThat(names[0].getTagNo()).isEqualTo(GeneralName.uniformResourceIdentifier);
        assertThat(names[0].getName().toString()).isEqualTo(identity.toString());
    }
}
