package io.lota4j.internal.kernel.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/// As many lanes as there ever were calls at the same time. The calling thread's context must be the card's.
final class Lanes implements AutoCloseable {
    private final Card card;
    private final ConcurrentLinkedDeque<Lane> idle = new ConcurrentLinkedDeque<>();
    private final List<Lane> all = new ArrayList<>();

    Lanes(Card card) {
        this.card = card;
    }

    Lane borrow() {
        Lane lane = idle.pollFirst();
        return lane != null ? lane : added();
    }

    private synchronized Lane added() {
        Lane lane = new Lane(card);
        all.add(lane);
        return lane;
    }

    void giveBack(Lane lane) {
        idle.addFirst(lane);
    }

    @Override
    public synchronized void close() {
        idle.clear();
        closeFrom(0);
    }

    /// Each lane though another fails: the first failure is thrown, later ones are added to it.
    private void closeFrom(int first) {
        if (first < all.size()) {
            try (Lane lane = all.get(first)) {
                closeFrom(first + 1);
            }
        }
    }
}
