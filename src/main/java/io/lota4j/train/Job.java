package io.lota4j.train;

import io.lota4j.Sha256;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.kernel.MaskedKernel;
import io.lota4j.mask.Complement;
import io.lota4j.mask.DeltaSource;
import io.lota4j.mask.Mask;
import io.lota4j.mask.Scope;
import io.lota4j.mask.TopK;
import io.lota4j.model.Torch;
import io.lota4j.ticket.Ticket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One training run of a model on data under a mask.
///
/// @param model whose working weights are trained in place
/// @param mask which of them
/// @param data tokenized examples
/// @param config everything else
/// @param kernel does the work on masked entries
/// @param start the weights that the model has before the run
public record Job(AdaptedModel model, Mask mask, Dataset data, TrainConfig config, MaskedKernel kernel, Start start) {
    public Job {
        model.require(mask);
    }

    /// A run that starts from the base.
    public Job(AdaptedModel model, Mask mask, Dataset data, TrainConfig config, MaskedKernel kernel) {
        this(model, mask, data, config, kernel, new Start(model.base(), null));
    }

    /// Trains to the last step or until stopped.
    ///
    /// @param state where the run's state goes, or null to keep none
    /// @param every steps between two states; 0: only when stopped
    /// @param resume whether to go on from the state that is there
    public RunState run(@Nullable Path state, long every, boolean resume, Listener listener, BooleanSupplier stop) {
        try (Trainer trainer = new Trainer(model.decoder(), mask, config, BatchedSamples.of(data, config), kernel)) {
            if (state != null) {
                trainer.saving(new Trainer.Saving(state, every, identity()));
            }
            if (resume) {
                trainer.resume();
            }
            return trainer.run(listener, stop);
        }
    }

    /// What makes two runs the same: a state is only resumed by the run that wrote it.
    private Map<String, String> identity() {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("base", model.base().fingerprint().hex());
        identity.put("mask", mask.sha256());
        identity.put("data", digest(data));
        identity.put("settings", config.toString());
        return identity;
    }

    /// Over the tokens, so that another template, tokenizer or limit is other data too.
    private static String digest(Dataset data) {
        MessageDigest digest = Sha256.digest();
        for (Example example : data.examples()) {
            ByteBuffer bytes = ByteBuffer.allocate(5 * example.length());
            for (int t = 0; t < example.length(); t++) {
                bytes.putInt(example.ids()[t]).put((byte) (example.scored()[t] ? 1 : 0));
            }
            digest.update(bytes.flip());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /// The mask of the weights that moved most in a finished run, as its calibration. It has no weight that the
    /// run did not train.
    ///
    /// @param sparsity frozen share of the whole pool, in [0, 1]
    /// @throws io.lota4j.LotaException if fewer weights moved than are to be chosen
    public Mask calibrated(RunState end, double sparsity, Scope scope) {
        Map<String, String> origin = provenance("calibrate", end);
        origin.put("score", "delta");
        origin.putAll(Complement.origin(mask));
        return TopK.select(deltas(), sparsity, scope, mask, origin);
    }

    /// Working weights minus those of the start of the tensors in the mask.
    public DeltaSource deltas() {
        return model.deltas(mask, start);
    }

    /// What a finished run, and what was on the base before it in the same weights, changes of the base.
    public Ticket ticket(RunState end) {
        return model.ticket(mask, provenance("train", end));
    }

    /// How the run went, for masks and tickets made from it.
    public Map<String, String> provenance(String source, RunState state) {
        Map<String, String> provenance = Provenance.of(source, data);
        provenance.put("steps", Long.toString(state.step()));
        provenance.put("tokens", Long.toString(state.tokens()));
        provenance.put("scored_tokens", Long.toString(state.scoredTokens()));
        provenance.put("seed", Long.toString(config.seed()));
        provenance.put("settings", config.toString());
        provenance.put("first_loss", Double.toString(state.losses().getFirst()));
        provenance.put("last_loss", Double.toString(state.losses().getLast()));
        provenance.put("jvm", Runtime.version().toString());
        provenance.put("threads", Integer.toString(Torch.threads()));
        provenance.put("kernel", kernel.name());
        return provenance;
    }
}
