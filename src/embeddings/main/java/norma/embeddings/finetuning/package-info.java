/// Training of pretrained encoders on texts. What is learned is a [norma.embeddings.finetuning.Measured] objective: labels
/// ([norma.embeddings.finetuning.Classifier]), cosines of pairs ([norma.embeddings.finetuning.CosineLoss]), texts that belong together
/// ([norma.embeddings.finetuning.ContrastiveLoss]) or answers to queries ([norma.embeddings.finetuning.RerankLoss]).
/// [norma.embeddings.finetuning.FineTuning] says for how long and at which rate, and keeps the best epoch.
package norma.embeddings.finetuning;
