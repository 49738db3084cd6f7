/// `norma finetune`: fine-tunes a pretrained encoder as a classifier. It compares heads on the frozen encoder with whole encoders that have
/// layer norms or adaptive norms. The texts are reviews or WordNet's definitions.
package norma.lab.finetune;
