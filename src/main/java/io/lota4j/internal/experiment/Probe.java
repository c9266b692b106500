package io.lota4j.internal.experiment;

import io.lota4j.LotaException;
import io.lota4j.guard.DepthOptions;
import io.lota4j.guard.Judge;
import io.lota4j.guard.Mutation;
import io.lota4j.guard.ProbeOptions;
import io.lota4j.guard.ProbeTemplate;
import io.lota4j.internal.guard.ProbeRows;
import io.lota4j.model.Sampling;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A behaviour that is scored after every stage as a task is, and that no task trains on.
///
/// @param name in tables and directories
/// @param test the rows that are asked
/// @param train rows of the same behaviour that protections may use, or null; none is asked
/// @param rows the first so many rows are asked
/// @param judge of the answers
/// @param templates at least one
/// @param mutations of the prompts, beside the prompt as it is
/// @param prefill numbers of tokens that stand before what is generated, at least one
/// @param generate most new tokens of an answer
/// @param sampling how answers are drawn
/// @param maxLength longest prompt with its answer, tokens
/// @param texts where prompts and answers may be written
/// @param format how its files say their rows
/// @param trainRows the first so many rows of `train` are used
/// @param at when it is asked while a stage is trained
/// @param depth how the model is compared with the base along answers, or null for not at all
public record Probe(
        String name,
        Path test,
        @Nullable Path train,
        int rows,
        JudgeSettings judge,
        List<ProbeTemplate> templates,
        List<Mutation> mutations,
        List<Integer> prefill,
        int generate,
        Drawn sampling,
        int maxLength,
        Texts texts,
        ProbeRows.Format format,
        int trainRows,
        At at,
        @Nullable DepthOptions depth) {
    /// Copies the lists.
    public Probe {
        templates = List.copyOf(templates);
        mutations = List.copyOf(mutations);
        prefill = List.copyOf(prefill);
    }

    /// When a probe is asked while a stage is trained, in the first of its forms.
    ///
    /// @param steps after which it is asked, rising; none: at the end alone
    /// @param rows the first so many are asked
    public record At(List<Integer> steps, int rows) {
        /// At the end alone.
        public static final At END = new At(List.of(), 0);

        /// Copies the steps, in their order and each once.
        public At {
            steps = steps.stream().distinct().sorted().toList();
        }
    }

    /// How answers are drawn.
    ///
    /// @param samples answers a row and form
    /// @param temperature 0: the most probable token
    public record Drawn(int samples, double temperature) {
        /// One answer of the most probable tokens.
        public static final Drawn GREEDY = new Drawn(1, 0);

        private Sampling sampling() {
            return temperature == 0 ? new Sampling.Greedy() : new Sampling.TopKTopP(temperature, Integer.MAX_VALUE, 1);
        }
    }

    /// Where prompts and answers may be written.
    ///
    /// @param areShown whether they are written to the experiment's folder
    /// @param folder where else they are kept, or null for nowhere; only where they are not shown
    public record Texts(boolean areShown, @Nullable Path folder) {
        /// In the experiment's folder.
        public static final Texts SHOWN = new Texts(true, null);

        /// In words: what was asked without texts has none to show later.
        public String text() {
            if (areShown) {
                return "shown";
            }
            return folder == null ? "not kept" : "kept elsewhere";
        }
    }

    /// How is asked and judged. What is drawn is the same for every run, as answers are compared row by
    /// row.
    ///
    /// @param by the judge, its file read
    /// @param batch rows at a time
    /// @throws LotaException if the choices have no part in each other
    public ProbeOptions options(Judge by, int batch) {
        return new ProbeOptions(
                by, templates, mutations, prefill, generate, batch, sampling.samples, sampling.sampling(), 0);
    }
}
