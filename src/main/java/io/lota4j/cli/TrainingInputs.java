package io.lota4j.cli;

import io.lota4j.Lota;
import io.lota4j.data.Dataset;
import io.lota4j.train.AdaptedModel;
import java.io.PrintWriter;
import java.nio.file.Path;

/// The model and the data of a command that goes through data with a model.
///
/// @param model a Hugging Face directory
/// @param out where a preview goes
/// @param err where messages go
record TrainingInputs(Path model, DataOptions data, MemoryOptions memory, PrintWriter out, PrintWriter err) {
    /// What is done with a model and examples.
    interface Work {
        /// @return the exit code
        int on(Lota lota, AdaptedModel adapted, Dataset examples);
    }

    /// Opens the model and loads the data for some work, unless only a preview was asked for.
    ///
    /// @return the exit code
    int open(Work work) {
        try (Lota lota = Lota.open(model)) {
            Dataset examples = data.load(lota, err);
            if (data.previewed(examples, lota, out)) {
                return ExitCode.OK;
            }
            try (AdaptedModel adapted = AdaptedModel.open(model, memory.policy())) {
                return work.on(lota, adapted, examples);
            }
        }
    }
}
