/// `norma finetune` and `norma classify`. Rows of a file become examples of one of four tasks ([norma.lab.finetune.Task]); a
/// [norma.lab.finetune.Lesson] says how, and which model learns from them; [norma.lab.finetune.Trials] measures it before and after.
package norma.lab.finetune;
