package io.lota4j.internal.train;

import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.Build;
import io.lota4j.internal.Sha256;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.model.Torch;
import io.lota4j.train.RunState;
import io.lota4j.train.TrainConfig;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The first lines of how a mask or a ticket came about.
public final class Provenance {
    private Provenance() {}

    /// What made it, with which version.
    ///
    /// @return a map to go on with
    public static Map<String, String> of(String source) {
        Map<String, String> provenance = new LinkedHashMap<>();
        provenance.put("source", source);
        provenance.put("tool", "lota4j " + Build.version());
        return provenance;
    }

    /// As [#of(String)], from data: its file, digest, how many rows were used and how they became tokens.
    ///
    /// @return a map to go on with
    public static Map<String, String> of(String source, Dataset data) {
        Map<String, String> provenance = of(source);
        provenance.put("data", data.digests());
        provenance.put("rows", Long.toString(data.examples().size()));
        provenance.put("rows_left_out", Long.toString(data.tooLong().size()));
        if (!data.bad().isEmpty()) {
            provenance.put("rows_bad", Integer.toString(data.bad().size()));
        }
        provenance.putAll(data.origin());
        return provenance;
    }

    /// As [#of(String, Dataset)], from a run on the data: its settings, where it runs and how far it has come.
    ///
    /// @param state with at least one step
    /// @return a map to go on with
    public static Map<String, String> of(
            String source, Dataset data, TrainConfig config, MaskedKernel kernel, RunState state) {
        Map<String, String> provenance = of(source, data);
        provenance.put("steps", Long.toString(state.step()));
        provenance.put("tokens", Long.toString(state.tokens()));
        provenance.put("scored_tokens", Long.toString(state.scoredTokens()));
        provenance.put("seed", Long.toString(config.seed()));
        provenance.put("settings", config.text());
        provenance.put("first_loss", Double.toString(state.losses().getFirst()));
        provenance.put("last_loss", Double.toString(state.losses().getLast()));
        provenance.put("jvm", Runtime.version().toString());
        provenance.put("threads", Integer.toString(Torch.threads()));
        provenance.put("kernel", kernel.name());
        return provenance;
    }

    /// A digest of data over its tokens, so that another template, tokenizer or limit is other data too.
    public static String digest(Dataset data) {
        return digest(data.examples());
    }

    /// As [#digest(Dataset)], of rows.
    public static String digest(List<Example> examples) {
        MessageDigest digest = Sha256.digest();
        for (Example example : examples) {
            for (Example sequence : example.sequences()) {
                digest.update(tokens(sequence));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// Weights are told only where there are any: without them a digest is that of earlier versions.
    private static ByteBuffer tokens(Example sequence) {
        float[] weights = sequence.tokenWeights();
        ByteBuffer bytes = ByteBuffer.allocate((weights == null ? 5 : 9) * sequence.length());
        for (int t = 0; t < sequence.length(); t++) {
            bytes.putInt(sequence.ids()[t]).put((byte) (sequence.labelled()[t] ? 1 : 0));
            if (weights != null) {
                bytes.putFloat(weights[t]);
            }
        }
        return bytes.flip();
    }
}
