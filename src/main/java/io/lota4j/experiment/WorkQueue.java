package io.lota4j.experiment;

import io.lota4j.LotaException;
import io.lota4j.internal.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The works of an experiment that are left to do, each handed out once everything is done that it needs. One thread
/// may use it.
public final class WorkQueue {
    private final Works works;
    private final Runnable afterEach;
    private final Set<Integer> taken = new HashSet<>();
    private final Set<Integer> done = new HashSet<>();

    /// @param afterEach called when a work is done
    WorkQueue(Works works, Runnable afterEach) {
        this.works = works;
        this.afterEach = afterEach;
    }

    /// The works that can be done now and were not handed out before.
    public List<Work> take() {
        List<Work> ready = new ArrayList<>();
        for (Work work : works.all()) {
            if (!taken.contains(work.number()) && done.containsAll(work.needs())) {
                taken.add(work.number());
                if (works.isDone(work)) {
                    done.add(work.number());
                } else {
                    ready.add(work);
                }
            }
        }
        return ready;
    }

    /// Notes that a work is done.
    ///
    /// @param where it was done, for people
    /// @throws LotaException if nothing of it is there
    public void done(Work work, String where) {
        if (!works.isDone(work)) {
            throw new LotaException(Text.format(
                    "%s was done on %s, and nothing of it is to be seen here. Either that process has another 'out'"
                        + " under the same name, or other data: all machines need the same files at the same paths.",
                    work.name(), where));
        }
        done.add(work.number());
        afterEach.run();
    }

    /// How many are not done yet.
    public int size() {
        return works.all().size() - done.size();
    }

    /// The works that are not done, in their order.
    List<Work> left() {
        return works.all().stream().filter(work -> !works.isDone(work)).toList();
    }

    /// The most works that wait for nothing but what came before them.
    static int widest(List<Work> left) {
        Map<Integer, Integer> depths = new HashMap<>();
        Map<Integer, Integer> widths = new HashMap<>();
        for (Work work : left) {
            int depth = work.needs().stream()
                    .mapToInt(need -> depths.getOrDefault(need, -1) + 1)
                    .max()
                    .orElse(0);
            depths.put(work.number(), depth);
            widths.merge(depth, 1, Integer::sum);
        }
        return widths.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }
}
