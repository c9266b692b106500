package io.lota4j.internal.train.fit;

import io.lota4j.LotaException;
import io.lota4j.data.Dataset;
import io.lota4j.data.Example;
import io.lota4j.internal.Text;
import io.lota4j.internal.checkpoint.Checkpoint;
import io.lota4j.internal.checkpoint.OutputLock;
import io.lota4j.internal.data.BatchOrder;
import io.lota4j.internal.kernel.MaskedKernel;
import io.lota4j.internal.train.AdaptedModel;
import io.lota4j.internal.train.MicroBatch;
import io.lota4j.internal.train.Provenance;
import io.lota4j.internal.train.Sample;
import io.lota4j.internal.train.SparseWeights;
import io.lota4j.internal.train.distill.Divergence;
import io.lota4j.internal.train.distill.OwnAnswers;
import io.lota4j.mask.Mask;
import io.lota4j.mask.MaskInfo;
import io.lota4j.mask.MaskTensor;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketTensor;
import io.lota4j.ticket.Tickets;
import io.lota4j.train.Schedule;
import io.lota4j.train.StateFile;
import io.lota4j.train.fit.FitConfig;
import io.lota4j.train.fit.FitListener;
import io.lota4j.train.fit.Fitted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// Finds how much of each ticket a merge takes, so that behind each ticket's prompts it expects what the
/// ticket alone expects: `base + sum_t sum_l c_tl delta_tl`, its coefficients c fitted by Adam on the mean
/// over tickets of `KL(ticket alone || merged)`, the mean over answer tokens. No labels are needed.
///
/// A coefficient's gradient is `<delta_tl, dL/dW_l>`, for which only gradients at the places of some ticket
/// are computed: beside a step's passes it keeps 12 bytes for each weight that some ticket changes, 8 for
/// each change of a ticket, and what each ticket expects at its answers' tokens of one step. Weights are
/// put on and off exactly, from the base's own.
///
/// The working weights are changed: the model is of no use afterwards.
public final class Fit implements AutoCloseable {
    private final AdaptedModel model;
    private final List<Dataset> prompts;
    private final Set<Integer> stopTokens;
    private final FitConfig config;
    private final SequencedMap<String, MixedTensor> tensors = new TreeMap<>();
    private final SparseWeights weights;
    private final Coefficients coefficients;
    private final List<List<Sample>> rows = new ArrayList<>();

    /// @param model the base, with nothing on it
    /// @param tickets at least one, for this base
    /// @param prompts rows of each ticket's task, in the tickets' order
    /// @param stopTokens that end an answer
    /// @throws LotaException if a ticket is for another base, or rows are none that an answer can start
    ///     from
    public Fit(
            AdaptedModel model,
            List<Ticket> tickets,
            List<Dataset> prompts,
            Set<Integer> stopTokens,
            MaskedKernel kernel,
            FitConfig config) {
        if (tickets.isEmpty() || tickets.size() != prompts.size()) {
            throw new IllegalArgumentException(prompts.size() + " sets of prompts for " + tickets.size() + " tickets");
        }
        this.model = model;
        this.prompts = prompts.stream().map(data -> data.first(config.rows())).toList();
        this.prompts.forEach(data -> requireFit(data, config));
        this.stopTokens = Set.copyOf(stopTokens);
        this.config = config;
        Checkpoint base = model.base();
        Set<String> used = model.decoder().weights().shapes().keySet();
        tickets.forEach(ticket -> {
            Tickets.requireBase(base, ticket);
            AdaptedModel.requireTensors(base, used, ticket);
            requireFinite(ticket);
        });
        Mask union = union(base, tickets);
        this.weights = new SparseWeights(model.decoder(), union, kernel);
        this.coefficients = new Coefficients(weights.names(), tickets.size(), config.per());
    }

    private static void requireFit(Dataset data, FitConfig config) {
        if (config.answers() == FitConfig.Answers.OWN) {
            data.requirePrompts();
        } else if (data.pairs()) {
            throw new LotaException(Text.format(
                    "%s: the rows are pairs of answers, of which none is the one to compare at; take rows of one"
                            + " answer, or answers that the tickets give themselves.",
                    data.name()));
        }
    }

    /// What is no finite number cannot be shared out.
    private static void requireFinite(Ticket ticket) {
        ticket.tensors().forEach((name, tensor) -> {
            if (tensor.exact() != null) {
                tensor.exact().within(0, Integer.MAX_VALUE, (index, value) -> {
                    if (!Float.isFinite(value)) {
                        throw new LotaException(Text.format(
                                "Tensor '%s': a ticket makes the weight at index %d %s, of which no share can be"
                                        + " taken.",
                                name, index, value));
                    }
                });
            }
        });
    }

    private Mask union(Checkpoint base, List<Ticket> tickets) {
        Set<String> names = new TreeSet<>();
        tickets.forEach(ticket -> ticket.tensors().forEach((name, tensor) -> {
            if (tensor.nnz() > 0) {
                names.add(name);
            }
        }));
        Map<String, MaskTensor> masks = new TreeMap<>();
        for (String name : names) {
            TicketTensor first = tickets.stream()
                    .map(ticket -> ticket.tensors().get(name))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElseThrow();
            MixedTensor mixed = MixedTensor.of(name, tickets, base.info(name).dtype(), base.bytes(name));
            tensors.put(name, mixed);
            masks.put(name, mixed.mask(first.shape()));
        }
        MaskInfo info =
                new MaskInfo(tickets.getFirst().info().base(), "", "union", 0, OptionalDouble.empty(), Map.of());
        return new Mask(info, masks);
    }

    /// Finds the coefficients, and keeps nothing if it is stopped.
    ///
    /// @see #run(FitListener, BooleanSupplier, StateFile, String)
    public Optional<Fitted> run(FitListener listener, BooleanSupplier stop) {
        return run(listener, stop, StateFile.NONE, "");
    }

    /// Finds the coefficients.
    ///
    /// @param stop asked after every step and part; true ends it there
    /// @param state where a stopped fit keeps what it has found; removed by the caller once the result is
    ///     safe
    /// @param tickets digests of the tickets, so that a state is not taken for that of others
    /// @return empty if it was stopped
    /// @throws LotaException if a divergence or a coefficient is NaN or infinite, a stopped fit left its
    ///     state in the way, or there is none to resume
    public Optional<Fitted> run(FitListener listener, BooleanSupplier stop, StateFile state, String tickets) {
        state.requireFresh();
        try (OutputLock held = state.lock()) {
            return new Work(listener, stop, state, identity(tickets)).run();
        }
    }

    private String identity(String tickets) {
        String rows = prompts.stream().map(Provenance::digest).collect(Collectors.joining(" "));
        return Text.format(
                "%s; base %s; tickets %s; prompts %s",
                config.text(), model.base().fingerprint(), tickets, rows);
    }

    /// One run, from its start or from where another was stopped.
    private final class Work {
        private final FitListener listener;
        private final BooleanSupplier stop;
        private final StateFile file;
        private final String identity;
        private final long start = System.nanoTime();
        private final List<List<Example>> answers = new ArrayList<>();
        private List<Double> before = List.of();
        private long step;
        private double earlier;

        Work(FitListener listener, BooleanSupplier stop, StateFile file, String identity) {
            this.listener = listener;
            this.stop = stop;
            this.file = file;
            this.identity = identity;
            if (file.resume() && file.file() != null) {
                FitState state = FitState.read(file.file(), identity);
                List<Integer> counts =
                        prompts.stream().map(data -> data.examples().size()).toList();
                if (!state.fits(counts, coefficients.all(), coefficients.first().size())) {
                    throw new LotaException(
                            file.file() + ": the state of the stopped fit is damaged; remove it to" + " begin anew.");
                }
                restore(state);
            }
        }

        private void restore(FitState state) {
            for (int ticket = 0; ticket < state.answers().size(); ticket++) {
                answers.add(state.examples(ticket, prompts.get(ticket).examples()));
            }
            before = state.before();
            step = state.step();
            earlier = state.seconds();
            coefficients.restore(state);
        }

        private void save() {
            if (file.file() == null) {
                return;
            }
            List<List<int[]>> ids = answers.stream()
                    .map(own -> own.stream().map(FitState::answer).toList())
                    .toList();
            new FitState(
                            identity,
                            ids,
                            before,
                            step,
                            seconds(),
                            coefficients.all(),
                            coefficients.first(),
                            coefficients.second())
                    .write(file.file());
        }

        private double seconds() {
            return earlier + (System.nanoTime() - start) / 1e9;
        }

        Optional<Fitted> run() {
            Optional<Fitted> fitted = fitted();
            if (fitted.isEmpty()) {
                save();
            }
            return fitted;
        }

        private Optional<Fitted> fitted() {
            if (!answer()) {
                return Optional.empty();
            }
            if (before.isEmpty()) {
                Optional<List<Double>> found = divergences("before", listener, stop);
                if (found.isEmpty()) {
                    return Optional.empty();
                }
                before = found.get();
            }
            List<BatchOrder> orders = new ArrayList<>();
            for (List<Sample> own : rows) {
                orders.add(new BatchOrder(own.size(), config.batch(), config.seed() + orders.size(), true));
            }
            listener.at("fit", step, config.steps(), Double.NaN);
            while (step < config.steps()) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                double divergence = step(orders, step + 1);
                step++;
                listener.at("fit", step, config.steps(), divergence);
                if (file.every() > 0 && step % file.every() == 0) {
                    save();
                }
            }
            return divergences("after", listener, stop)
                    .map(after -> new Fitted(config, found(), told(), before, after, seconds()));
        }

        /// @return false if it was stopped
        private boolean answer() {
            boolean own = config.answers() == FitConfig.Answers.OWN;
            int all = prompts.stream().mapToInt(data -> data.examples().size()).sum();
            int done = answers.stream().mapToInt(List::size).sum();
            if (own && done < all) {
                listener.at("answers", done, all, Double.NaN);
            }
            for (int ticket = 0; ticket < prompts.size(); ticket++) {
                List<Example> examples = prompts.get(ticket).examples();
                if (own && ticket == answers.size()) {
                    putAlone(ticket);
                    int known = done;
                    Optional<List<Example>> found = new OwnAnswers(model.decoder(), stopTokens, config.generate())
                            .to(examples, count -> listener.at("answers", known + count, all, Double.NaN), stop);
                    if (found.isEmpty()) {
                        return false;
                    }
                    answers.add(found.get());
                    done += examples.size();
                }
                List<Example> compared = own ? answers.get(ticket) : examples;
                requireTokens(prompts.get(ticket), compared);
                rows.add(Sample.all(compared));
            }
            return true;
        }
    }

    private static void requireTokens(Dataset data, List<Example> examples) {
        if (examples.stream().mapToLong(Example::labelledTokens).sum() == 0) {
            throw new LotaException(Text.format(
                    "%s: no prompt leaves the model room for a token of an answer, so there is nothing to compare at.",
                    data.name()));
        }
    }

    /// @return the mean over tickets, nats a token
    private double step(List<BatchOrder> orders, long step) {
        List<List<Sample>> batches = new ArrayList<>();
        for (int ticket = 0; ticket < rows.size(); ticket++) {
            batches.add(Arrays.stream(orders.get(ticket).step(step - 1))
                    .mapToObj(rows.get(ticket)::get)
                    .toList());
        }
        double divergence = gradients(batches);
        coefficients.step(config.rate() * Schedule.LINEAR.factor(step, config.steps(), 0));
        return divergence;
    }

    /// Leaves the gradients of the coefficients with them.
    ///
    /// @param batches rows of each ticket
    /// @return the mean over tickets, nats a token
    double gradients(List<List<Sample>> batches) {
        weights.clear();
        double sum = 0;
        for (int ticket = 0; ticket < batches.size(); ticket++) {
            sum += gradients(ticket, batches.get(ticket));
        }
        for (String name : weights.names()) {
            double[] gradient = coefficients.gradient(name);
            Arrays.fill(gradient, 0);
            weights.gradient(name, values -> tensor(name).addProducts(values, gradient));
        }
        return sum / batches.size();
    }

    Coefficients coefficients() {
        return coefficients;
    }

    /// @return the mean over the tokens of a batch, nats
    private double gradients(int ticket, List<Sample> batch) {
        List<Divergence> passes = teacher(ticket, batch);
        try {
            long tokens = passes.stream().mapToLong(Divergence::tokens).sum();
            putMixed();
            double sum = 0;
            for (Divergence pass : passes) {
                sum += pass.gradients(model.decoder(), 1.0 / tokens / prompts.size(), weights.sink());
            }
            return tokens == 0 ? 0 : requireFinite(sum / tokens, ticket);
        } finally {
            passes.forEach(Divergence::close);
        }
    }

    /// What a ticket alone expects of some rows.
    private List<Divergence> teacher(int ticket, List<Sample> batch) {
        putAlone(ticket);
        return Divergence.teachers(
                model.decoder(),
                MicroBatch.passes(batch, model.decoder().device().chunk()).stream()
                        .filter(pass -> pass.scored() > 0)
                        .map(MicroBatch::batch)
                        .toList());
    }

    /// The mean over all answer tokens of each ticket's prompts, nats; empty if stopped.
    private Optional<List<Double>> divergences(String what, FitListener listener, BooleanSupplier stop) {
        List<Double> means = new ArrayList<>();
        int all = rows.stream().mapToInt(List::size).sum();
        int done = 0;
        listener.at(what, 0, all, Double.NaN);
        for (int ticket = 0; ticket < rows.size(); ticket++) {
            List<Sample> own = rows.get(ticket);
            double sum = 0;
            long tokens = 0;
            for (int from = 0; from < own.size(); from += config.batch()) {
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                List<Sample> batch = own.subList(from, (int) Math.min(own.size(), (long) from + config.batch()));
                List<Divergence> passes = teacher(ticket, batch);
                try {
                    putMixed();
                    for (Divergence pass : passes) {
                        sum += pass.sum(model.decoder());
                        tokens += pass.tokens();
                    }
                } finally {
                    passes.forEach(Divergence::close);
                }
                done += batch.size();
                listener.at(what, done, all, Double.NaN);
            }
            means.add(requireFinite(sum / tokens, ticket));
        }
        return Optional.of(means);
    }

    private double requireFinite(double divergence, int ticket) {
        if (!Double.isFinite(divergence)) {
            throw model.decoder()
                    .notFinite(
                            Text.format("The divergence of the merge from ticket %d is NaN or infinite", ticket + 1));
        }
        return divergence;
    }

    /// Puts one ticket alone on the base.
    void putAlone(int ticket) {
        tensors.forEach((name, tensor) -> weights.set(name, tensor.alone(ticket)));
        weights.moved();
    }

    private void putMixed() {
        tensors.forEach((name, tensor) -> weights.set(name, tensor.mixed(coefficients.of(name))));
        weights.moved();
    }

    private MixedTensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    private SequencedMap<String, List<OptionalDouble>> found() {
        SequencedMap<String, List<OptionalDouble>> found = new LinkedHashMap<>();
        coefficients.all().forEach((name, own) -> {
            List<OptionalDouble> of = new ArrayList<>();
            for (int ticket = 0; ticket < own.length; ticket++) {
                of.add(tensor(name).has(ticket) ? OptionalDouble.of(own[ticket]) : OptionalDouble.empty());
            }
            found.put(name, List.copyOf(of));
        });
        return found;
    }

    private List<Fitted.Rows> told() {
        List<Fitted.Rows> told = new ArrayList<>();
        for (int ticket = 0; ticket < rows.size(); ticket++) {
            List<Example> examples =
                    rows.get(ticket).stream().map(Sample::example).toList();
            told.add(new Fitted.Rows(
                    prompts.get(ticket).digests(),
                    examples.size(),
                    examples.stream().mapToLong(Example::labelledTokens).sum(),
                    Provenance.digest(examples)));
        }
        return told;
    }

    @Override
    public void close() {
        weights.close();
    }
}
