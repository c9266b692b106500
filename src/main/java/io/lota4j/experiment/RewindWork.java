package io.lota4j.experiment;

import io.lota4j.internal.Text;
import io.lota4j.internal.experiment.GridRun;
import io.lota4j.internal.experiment.RegionUse;
import io.lota4j.metrics.Figure;
import io.lota4j.ticket.Ticket;
import io.lota4j.ticket.TicketFile;
import io.lota4j.ticket.Tickets;

/// Takes out of a stage's ticket what it changes in a region. An adapter cannot be rewound, so of
/// LoRA the ticket alone is left.
///
/// @param context base and data
/// @param run whose
/// @param number of the stage, from 0
/// @param region which weights become the base's
record RewindWork(GridContext context, GridRun run, int number, RegionUse region) {
    /// Where the work lies.
    Folder folder() {
        String label = Text.format(
                "%s-%s-s%d",
                StageWork.slug(run.variant(number).method()), run.order().get(number), run.seed());
        return context.places().folder("rewound", label, new WorkInputs(context).kept(run, number));
    }

    /// Does what is not done yet.
    ///
    /// @param trained where the stage's training lies
    Folder done(Folder trained) {
        Folder folder = folder();
        if (!folder.isDone()) {
            RegionWork found = new RegionWork(context, region.region());
            found.find();
            rewind(TicketFile.read(trained.ticket()), found, folder);
        }
        return folder;
    }

    private void rewind(Ticket whole, RegionWork found, Folder folder) {
        folder.begin(new WorkInputs(context).kept(run, number));
        Ticket left = Tickets.without(whole, found.mask(region, run.seed()));
        TicketFile.write(folder.ticket(), left);
        FigureCollector collected = new FigureCollector(run.order().get(number));
        if (whole.nnz() > 0) {
            collected.add(Figure.REWOUND_ENTRIES, 1 - (double) left.nnz() / whole.nnz(), whole.nnz());
            double kept = left.norm() / whole.norm();
            collected.add(Figure.REWOUND_ENERGY, Math.clamp(1 - kept * kept, 0, 1), whole.nnz());
        }
        collected.add(Figure.DELTA_NORM, left.norm(), left.nnz());
        collected.add(Figure.RESULT_BYTES, folder.ticket().toFile().length(), 1);
        folder.finish(collected.metrics());
    }
}
