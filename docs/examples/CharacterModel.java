import module norma.engine;

/// A small GPT reads a text letter by letter and then writes one of its own. The argument is any text file; without one it
/// reads the names of the JDK's packages.
void main(String[] args) throws IOException {
    Corpus corpus = args.length > 0 ? Corpus.read(Path.of(args[0])) : Corpus.of(packages());
    Tokenizer tokenizer = CharacterTrainer.train(corpus.texts());
    var windows = TokenWindows.of(corpus, tokenizer, 16, 64, 1);
    Gpt model = Gpt.of(GptConfig.of(tokenizer.vocabulary(), 64, 64, 4, 2), 1);
    var optimizer = AdamW.of(model, 3e-3);
    Schedule schedule = Schedule.cosine(300).withWarmup(30);
    for (int step = 0; step <= 300; step++) {
        var batch = windows.batch(step);
        try (Tape tape = Tape.training()) {
            Tensor loss = model.loss(batch.inputs(), batch.targets());
            if (step % 100 == 0) {
                IO.println("step %3d: loss %.2f".formatted(step, loss.item()));
            }
            tape.backward(loss);
        }
        optimizer.step(schedule.factor(step), 1);
    }

    var sampler = new Sampler(model, tokenizer.encode("java"), Sampler.Choice.of(0.7).withSeed(1));
    int[] drawn = IntStream.generate(sampler::next).limit(150).toArray();
    IO.println("java" + tokenizer.decode(drawn));
}

List<String> packages() {
    return List.of(ModuleLayer.boot().modules().stream().map(Module::getDescriptor).filter(module -> !module.isAutomatic())
            .filter(module -> module.name().startsWith("java.")).flatMap(module -> module.packages().stream())
            .filter(name -> name.startsWith("java")).sorted().collect(Collectors.joining("\n")));
}
