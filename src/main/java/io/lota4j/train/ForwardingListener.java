package io.lota4j.train;

import java.util.function.Supplier;

/// Hands all that it hears on to another listener, which may be a different one from time to time.
public class ForwardingListener implements Listener {
    private final Supplier<Listener> to;

    /// @param to asked for each time
    public ForwardingListener(Supplier<Listener> to) {
        this.to = to;
    }

    @Override
    public void begin(RunState from) {
        to.get().begin(from);
    }

    @Override
    public void step(Progress progress) {
        to.get().step(progress);
    }

    @Override
    public void heldOut(HeldOutLoss score) {
        to.get().heldOut(score);
    }

    @Override
    public void scoring(int done, int all) {
        to.get().scoring(done, all);
    }

    @Override
    public void reference(int done, int all) {
        to.get().reference(done, all);
    }

    @Override
    public void answers(int done, int all) {
        to.get().answers(done, all);
    }

    @Override
    public void warn(String sentence) {
        to.get().warn(sentence);
    }
}
