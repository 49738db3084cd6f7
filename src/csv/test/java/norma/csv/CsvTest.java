package norma.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import norma.data.Batches;
import norma.io.CorruptFileException;
import norma.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    private static final String IRIS = """
            sepal length, sepal width,species,note
            5.1,3.5,setosa,"first, and ""best\"""
            7.0,-3.2e0,versicolor,
            6.3,.5,setosa,last
            """;

    @TempDir
    Path folder;
    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("iris.csv");
    }

    private Table table(String text) throws IOException {
        Files.writeString(file, text);
        return Csv.commas().read(file);
    }

    private static void assertTells(Executable body, String... parts) {
        var e = assertThrows(IllegalArgumentException.class, body);
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), "'" + part + "' in: " + e.getMessage());
        }
    }

    private void assertRefused(Csv csv, String text, String... parts) throws IOException {
        Files.writeString(file, text);
        var e = assertThrows(CorruptFileException.class, () -> csv.read(file));
        assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), "'" + part + "' in: " + e.getMessage());
        }
    }

    @Test
    void columnsByName() throws IOException {
        Table iris = table(IRIS);
        assertEquals(3, iris.rows());
        assertEquals(List.of("sepal length", "sepal width", "species", "note"), iris.columns());
        assertEquals(Shape.of(3, 2), iris.floats("sepal width", "sepal length").shape());
        assertArrayEquals(new float[] {3.5f, 5.1f, -3.2f, 7, 0.5f, 6.3f},
                iris.floats("sepal width", "sepal length").toArray());
        Labels species = iris.labels("species");
        assertEquals(List.of("setosa", "versicolor"), species.names());
        assertArrayEquals(new int[] {0, 1, 0}, species.ids().values());
        assertEquals(List.of("first, and \"best\"", "", "last"), iris.texts("note"));
    }

    @Test
    void columnsByNumber() throws IOException {
        Files.writeString(file, "1\t2\t\"3\"\n4\t5\t6");
        Table table = Csv.tabs().withoutHeader().read(file);
        assertEquals(List.of("0", "1", "2"), table.columns());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, table.floats().toArray());
        assertArrayEquals(new float[] {3, 1, 6, 4}, table.floats(2, 0).toArray());
        assertEquals(List.of("2", "5"), table.texts(1));
        assertEquals(List.of("3", "6"), table.labels(2).names());
    }

    @Test
    void quotesThatMeanNothing() throws IOException {
        Files.writeString(file, "text\tlabel\n\"Well,\" he said\t1\n5\" disk\t0\n");
        Table table = Csv.tabs().withoutQuotes().read(file);
        assertEquals(List.of("\"Well,\" he said", "5\" disk"), table.texts("text"));
        assertRefused(Csv.tabs(), Files.readString(file), "must be a table");
    }

    /// Classes that are numbers come by value, and a second file gets the numbers of the first.
    @Test
    void classes() throws IOException {
        Table digits = table("digit\n10\n9\n-1\n9\n");
        assertEquals(List.of("-1", "9", "10"), digits.labels("digit").names());
        assertArrayEquals(new int[] {2, 1, 0, 1}, digits.labels("digit").ids().values());
        assertArrayEquals(new int[] {1, 2, 0, 2}, digits.labels("digit", List.of("-1", "10", "9")).ids().values());
        assertTells(() -> digits.labels("digit", List.of("9", "10")), file + ", line 4", "column digit (0)",
                "one of the classes [9, 10]", "\"-1\"");
        Table blank = table("a,b\nx,1\n ,2\n");
        assertTells(() -> blank.labels("a"), "line 3, column a (0)", "a class must be there");
    }

    @Test
    void linesThatEndInAnyWay() throws IOException {
        for (String end : List.of("\n", "\r\n", "\r")) {
            Table table = table("\uFEFFa,b" + end + "1,2" + end + end + "3,x" + end);
            assertEquals(List.of("a", "b"), table.columns());
            assertArrayEquals(new float[] {1, 3}, table.floats("a").toArray());
            assertTells(() -> table.floats("b"), "line 4, column b (1)");
        }
    }

    /// The line of an error is that where the row begins, also behind rows of several lines, and in the last without an end.
    @Test
    void linesAreCounted() throws IOException {
        assertTells(() -> table("a,b\n\"one\ntwo\",1\nx,2\ny,?z").floats("b"), "line 5, column b (1)", "\"?z\"");
        assertTells(() -> table("a,b\n\"one\r\ntwo\r\nthree\",oh\r\nx,2\r\n").floats("b"), "line 2, column b");
        assertTells(() -> table("b\n1\n2\nz").floats("b"), "line 4");
        assertRefused(Csv.commas(), "a,b\n1,2\n\n\"x\ny\"\n3,4", "line 4: must have 2 cells", "it has 1");
    }

    @Test
    void missingNumbers() throws IOException {
        Table table = table("a,b\n1,\nNA,2\n?, NaN \n");
        assertTells(() -> table.floats("a"), "line 3, column a (0)", "a number must be there", "missingAs", "\"NA\"");
        assertTells(() -> table.floats("b"), "line 2, column b (1)");
        assertArrayEquals(new float[] {1, -1, -1, 2, -1, -1}, table.missingAs(-1).floats().toArray());
        assertEquals(List.of("1", "NA", "?"), table.missingAs(-1).texts("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1,5", "1f", "2d", "1e39", "Infinity", "-inf", "1 2", "0x10", "0x1p3", "１", "1_000",
            "--1", "$5"})
    void whatIsNoNumber(String cell) throws IOException {
        Table table = table("a\n1\n\"" + cell + "\"\n");
        assertTells(() -> table.missingAs(0).floats("a"), file.toString(), "line 3, column a (0)", "finite number",
                "\"" + cell + "\"");
    }

    @Test
    void columnsThatAreNotThere() throws IOException {
        Table table = table("a,b,a\n1,2,3\n");
        assertTells(() -> table.floats("c"), "a column c", "[a, b, a]");
        assertTells(() -> table.texts("a"), "stand for one column", "0 and of 2");
        assertTells(() -> table.floats(0, 3), "from 0 to 2", "got 3");
        assertTells(() -> table.labels(-1), "got -1");
        assertArrayEquals(new float[] {3}, table.floats(2).toArray());
    }

    @Test
    void filesThatAreNoTables() throws IOException {
        assertRefused(Csv.commas(), "", "at least one row");
        assertRefused(Csv.commas(), "a,b\n", "at least one row below the line of names");
        assertRefused(Csv.commas().withoutHeader(), "\n\n", "at least one row;");
        assertRefused(Csv.commas(), "a,b\n1,2\n3\n", "line 3: must have 2 cells", "it has 1");
        assertRefused(Csv.commas(), "a,b\n1,2,\n", "line 2", "it has 3");
        assertRefused(Csv.commas(), "a,b\n1,\"2\n3,4\n", "must be a table");
        assertRefused(Csv.commas(), "a\n\"1\"x\n", "must be a table");
        Files.write(file, new byte[] {'a', '\n', (byte) 0xE4});
        assertTrue(
                assertThrows(CorruptFileException.class, () -> Csv.commas().read(file)).getMessage().contains("UTF-8"));
        assertThrows(NoSuchFileException.class, () -> Csv.commas().read(folder.resolve("none.csv")));
    }

    @Test
    void aTableGivesBatches() throws IOException {
        Table iris = table(IRIS);
        int rows = 0;
        for (var batch : Batches.of(iris.floats(0, 1), iris.labels("species").ids(), 2).shuffled(1)) {
            rows += batch.y().values().length;
            assertEquals(Shape.of(batch.count(), 2), batch.x().shape());
        }
        assertEquals(3, rows);
    }
}
