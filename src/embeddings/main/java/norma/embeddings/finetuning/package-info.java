/// Training of pretrained encoders on texts. An objective is a [norma.embeddings.finetuning.Classifier] or a
/// [norma.embeddings.finetuning.ContrastiveLoss]. [norma.embeddings.finetuning.FineTuning] says for how long and at which rate.
package norma.embeddings.finetuning;
