package norma.lab.catalogue;

import java.util.Iterator;
import norma.catalogue.Placements;

/// The values of --placement, for help texts.
public final class PlacementNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Placements.all().stream().map(Placements.Entry::name).iterator();
    }
}
