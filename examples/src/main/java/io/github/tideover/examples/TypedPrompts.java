package io.github.tideover.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.jline.reader.Candidate;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.utils.NonBlockingReader;

/** What is typed at a terminal, with all that a person expects of a line: history, completion, more lines than one. */
final class TypedPrompts implements Prompts {
    private static final int CTRL_C = 3;

    private final LineReaderImpl reader;
    private final TerminalScreen screen;
    private volatile boolean ended;
    private boolean interruptedBefore;

    TypedPrompts(LineReaderImpl reader, TerminalScreen screen) {
        this.reader = reader;
        this.screen = screen;
    }

    /**
     * Makes what reads lines at a terminal.
     *
     * @param history the file to keep them in, which only its owner may read; empty to keep them in memory
     * @throws IOException if nothing can be kept in that file
     */
    static LineReaderImpl reader(Terminal terminal, Optional<Path> history) throws IOException {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("tideover")
                .parser(new Text())
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.INSERT_TAB, false)
                .variable(LineReader.BELL_STYLE, "none")
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, " ".repeat(TerminalScreen.PROMPT.length()));
        if (history.isPresent()) {
            builder.variable(LineReader.HISTORY_FILE, ownFile(history.get()));
        }
        return (LineReaderImpl) builder.build();
    }

    private static Path ownFile(Path file) throws IOException {
        try {
            if (Files.notExists(file)) {
                boolean hasOwners =
                        file.getFileSystem().supportedFileAttributeViews().contains("posix");
                if (hasOwners) {
                    Files.createFile(
                            file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                } else {
                    Files.createFile(file);
                }
            }
        } catch (IOException e) {
            throw new IOException("--history cannot be kept in " + file + ": " + e.getMessage(), e);
        }
        if (!Files.isRegularFile(file) || !Files.isWritable(file)) {
            throw new IOException("--history cannot be kept in " + file + ": it is no file that can be written");
        }
        return file;
    }

    @Override
    public void complete(Commands commands) {
        reader.setCompleter((line, parsed, candidates) -> {
            if (Commands.isCommand(parsed.line())) {
                commands.completions(parsed.words().subList(0, parsed.wordIndex()))
                        .forEach((word, meaning) ->
                                candidates.add(new Candidate(word, word, null, meaning, null, null, true)));
            }
        });
    }

    @Override
    public Optional<String> next() {
        Optional<String> line = Optional.empty();
        while (!ended && line.isEmpty()) {
            line = read();
        }
        return line;
    }

    /** Waits for the first key; from then on the person has all the time there is. */
    @Override
    public Optional<String> next(Duration timeout) {
        if (ended || !isKeyPressed(Math.max(1, timeout.toMillis()))) {
            return Optional.empty();
        }
        return read();
    }

    private boolean isKeyPressed(long millis) {
        try {
            int key = reader.getTerminal().reader().peek(millis);
            ended |= key == NonBlockingReader.EOF;
            return key >= 0;
        } catch (IOException e) {
            ended = true; // an input that breaks has ended
            return false;
        }
    }

    /** One line; empty if it was given up, or the input ended. */
    private Optional<String> read() {
        try {
            String line = reader.readLine(screen.prompt(), screen.rightPrompt(), (Character) null, null);
            interruptedBefore = false;
            return Optional.of(line.replace("\\\n", "\n"));
        } catch (UserInterruptException e) {
            // Whoever has typed since wants to be rid of that line, not of the chat.
            ended = interruptedBefore && e.getPartialLine().isEmpty();
            interruptedBefore = true;
            while (!ended && reader.peekCharacter(1) == CTRL_C) {
                reader.readCharacter(); // pressed at a list of completions, JLine has it come twice
            }
            if (!ended) {
                screen.note("Ctrl-C once more, or Ctrl-D, ends it.");
            }
        } catch (EndOfFileException e) {
            ended = true;
        } finally {
            // JLine interrupts the reading thread for a Ctrl-C, which may come just after the line was entered.
            Thread.interrupted();
        }
        return Optional.empty();
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public int waiting() {
        return 0;
    }

    @Override
    public boolean areTyped() {
        return true;
    }

    /** Takes a text as it is: nothing in it quotes or escapes, but a backslash at the end of a line asks for another one. */
    static final class Text extends DefaultParser {
        Text() {
            setQuoteChars(new char[0]);
            setEscapeChars(new char[0]);
        }

        @Override
        public ParsedLine parse(String line, int cursor, ParseContext context) {
            if (context == ParseContext.ACCEPT_LINE && line.endsWith("\\")) {
                throw new EOFError(-1, -1, "the next line");
            }
            return super.parse(line, cursor, context);
        }
    }
}
