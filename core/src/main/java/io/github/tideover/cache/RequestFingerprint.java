package io.github.tideover.cache;

import io.github.tideover.chat.ChatRequest;
import io.github.tideover.chat.ContentDigest;
import io.github.tideover.chat.Message;
import io.github.tideover.chat.ResponseFormat;
import io.github.tideover.chat.Tool;
import io.github.tideover.chat.ToolChoice;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes two requests the same: tenant, model, every message, every setting that changes the answer. Only the hash of
 * it is kept, so a cache holds no prompt.
 *
 * <p>Who may see a request ({@link ChatRequest#allowedProviders()}, {@link ChatRequest#requiredTags()}) does not change the
 * answer and is no part of it: a reply that was kept is found again by a request that is more restricted, and the client
 * serves it only if the provider that gave it may answer. As a part of it, the same answer would be kept once for each
 * restriction, and an outage would find it less often.
 *
 * @since 0.1
 */
public final class RequestFingerprint {
    /** Shared: it is never handed out but as a copy. */
    private static final byte[] NO_TENANT = hashOfTenant(null);

    private final byte[] hash;
    private final byte[] tenantHash;
    private final byte[] contextHash;

    private RequestFingerprint(byte[] hash, byte[] tenantHash, byte[] contextHash) {
        this.hash = hash;
        this.tenantHash = tenantHash;
        this.contextHash = contextHash;
    }

    /**
     * The fingerprint of a request.
     *
     * @param asked the provider's address and model that the request is meant for
     * @param request the request
     * @return its fingerprint: SHA-256 over all that decides the answer
     */
    public static RequestFingerprint of(String asked, ChatRequest request) {
        ContentDigest digest = new ContentDigest();
        digest.text(request.tenant().orElse(null));
        digest.text(asked);
        digest.value(request.temperature().isPresent() ? request.temperature().getAsDouble() : null);
        digest.value(request.topP().isPresent() ? request.topP().getAsDouble() : null);
        digest.value(
                request.maxOutputTokens().isPresent()
                        ? request.maxOutputTokens().getAsInt()
                        : null);
        digest.value(request.seed().isPresent() ? request.seed().getAsLong() : null);
        digest.value(request.stop());
        digest.text(request.reasoningEffort().orElse(null));
        digest.number(request.tools().size());
        for (Tool tool : request.tools()) {
            digest.text(tool.name());
            digest.text(tool.description());
            digest.value(tool.parameters());
        }
        digest.text(request.toolChoice().map(ToolChoice::mode).map(Enum::name).orElse(null));
        digest.text(request.toolChoice().flatMap(ToolChoice::tool).orElse(null));
        digest.value(request.parallelToolCalls().orElse(null));
        digest.text(request.responseFormat().map(ResponseFormat::name).orElse(null));
        digest.value(request.responseFormat().flatMap(ResponseFormat::schema).orElse(null));
        digest.value(request.extra());
        digest.value(request.extraByProvider());
        List<Message> messages = request.messages();
        int last = messages.size() - 1;
        digest.number(messages.size());
        for (Message message : messages.subList(0, last)) {
            digest.message(message);
        }
        byte[] context = digest.end();
        digest.bytes(context); // which stands for all before: beginning anew costs no copy
        digest.message(messages.get(last));
        return new RequestFingerprint(
                digest.end(),
                request.tenant().map(RequestFingerprint::hashOfTenant).orElse(NO_TENANT),
                context);
    }

    /** The fingerprint of another request of the same tenant, in the same context. */
    RequestFingerprint beside(byte[] otherHash) {
        return new RequestFingerprint(otherHash, tenantHash, contextHash);
    }

    /** The fingerprint of a request that is no longer here. */
    static RequestFingerprint kept(byte[] hash, @Nullable String tenant, byte[] contextHash) {
        return new RequestFingerprint(hash, tenant == null ? NO_TENANT : hashOfTenant(tenant), contextHash);
    }

    /**
     * The hash that stands for a tenant, as {@link #tenantHash()} gives it.
     *
     * @param tenant the tenant's name, or null for requests without one
     * @return 32 bytes
     */
    public static byte[] hashOfTenant(@Nullable String tenant) {
        ContentDigest digest = new ContentDigest();
        digest.text(tenant);
        return digest.end();
    }

    /**
     * The fingerprint as bytes, for a cache that keeps replies outside of this process. It is not keyed: whoever sees it can
     * find out whether a request they know of was made.
     *
     * @return 32 bytes
     */
    public byte[] hash() {
        return hash.clone();
    }

    /**
     * Whose request it is: the same for all of a tenant's, so that a cache can forget them.
     *
     * @return 32 bytes, {@linkplain #hashOfTenant as made of the tenant's name}
     */
    public byte[] tenantHash() {
        return tenantHash.clone();
    }

    /**
     * What the last message was said to: tenant, model, settings, and all the messages before it. Two questions with the same
     * system prompt and settings, and no other history, have it in common.
     *
     * @return 32 bytes
     */
    public byte[] contextHash() {
        return contextHash.clone();
    }

    boolean isOfTenant(byte[] hashOfTenant) {
        return Arrays.equals(tenantHash, hashOfTenant);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RequestFingerprint that && Arrays.equals(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    @Override
    public String toString() {
        return "RequestFingerprint";
    }
}
