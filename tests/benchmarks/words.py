"""What generated papers are made of: names, the parts of new words, and a text to chain words of.

All of it was written for this purpose; none of the papers, projects and people exist.
"""

from __future__ import annotations

_FAMILIES = """
    Abe|Abdullah|Acheampong|Adeyemi|Ångström|Ağaoğlu|Almeida|Andersen|Araújo|Bakker
    Banerjee|Bauer|Bergström|Bianchi|Björklund|Błaszczyk|Božić|Brown|Çelik|Chakraborty
    Chen|Choi|Ćosić|Da Silva|De Boer|De la Cruz|Delgado|Desai|Dimitrov|Đorđević
    Dubois|Dvořák|Eriksson|Esposito|Fernández|Ferreira|Fischer|Fitzgerald|Förster
    Gałązka|García|Georgiou|Goldberg|Gómez|González|Grünwald|Gupta|Håkansson|Haddad
    Hernández|Hoàng|Horváth|Huang|Ibáñez|Ibrahim|Ito|İnönü|Ivanov|Iyer|Jankowska
    Jäger|Jensen|Jiménez|Johnson|Jónsdóttir|Kaya|Kim|Kobayashi|Koç|Kovačević|Kowalski
    Król|Kumar|Kuznetsova|Lê|Lee|Lefèvre|Li|Lindqvist|Liu|López|Łukasiewicz
    MacDonald|Mäkinen|Martínez|Mbeki|Mehta|Mendes|Meyer|Moreau|Müller|Murphy|Nagy
    Nakamura|Ndiaye|Németh|Nguyễn|Nikolaidis|Núñez|O'Brien|O'Connor|Okafor|Okonkwo
    Ólafsson|Ørsted|Östlund|Özdemir|Papadopoulos|Park|Patel|Pereira|Pérez|Petrov|Phạm
    Popescu|Raghunathan|Ramírez|Rao|Rossi|Ruiz-Ortega|Sánchez|Santos|Sato|Schäfer
    Schmidt|Şahin|Šimunić|Singh|Smith|Söderberg|Sørensen|St. John|Suzuki|Świątek
    Szabó|Takahashi|Tanaka|Thompson|Trần|Tremblay|Țurcanu|Ünal|Usman|Van den Heuvel
    van der Berg|Vargas|Vasiliev|von Neubeck|Võ|Wagner|Wang|Watanabe|Weiß|Williams
    Wójcik|Wong|Wu|Xu|Yamamoto|Yang|Yıldız|Young|Zając|Žižka|Zhang|Zhao|Zhou|Zúñiga
"""
FAMILIES = tuple(name.strip() for line in _FAMILIES.split("\n") for name in line.split("|") if name)
_GIVEN = """
    Aarav Ada Agnieszka Ahmed Aiko Åsa Alejandra Amara Ana Andreas Anh Anke Aoife Arjun Bálint
    Beatriz Björn Camille Chiara Chloé Chukwu Đức Diego Divya Elif Émile Emma Ewa Fatima Felix
    Fionnuala Florian Freya Gabriel Giulia Grace Gülşen Hana Hans-Peter Haruki Henrik Hiroshi
    Hui Ignacio Ingrid Isabel Ivana Jack James Jing João Jörg José Jürgen Kaito Karolína Kwame
    Lars Leila Li Linh Łukasz Lucía Magdalena Marek María Marie-Claire Mateo Mehmet Mei Michael
    Miloš Min-jun Mohammed Nadia Ngozi Niamh Nicolás Noah Ólafur Olga Omar Paweł Pedro Piotr
    Priya Rafał Raj René Rosa Ruth Sanjay Sara Sébastien Seo-yeon Siân Sinéad Sofía Søren
    Stanisław Tobias Tomáš Tuấn Ulrike Uğur Veronika Víctor Wei Xiaoming Yan Yūki Zeynep Zoë
"""
GIVEN = tuple(_GIVEN.split())
VENUES = (
    "Advances in Neural Information Processing Systems", "ACL", "arXiv preprint", "CVPR", "ECCV",
    "EMNLP", "Findings of EMNLP", "ICASSP", "ICCV", "ICLR", "ICML", "INTERSPEECH", "JMLR",
    "Journal of Artificial Intelligence Research", "KDD", "Machine Learning", "NAACL", "SIGIR",
    "Pattern Recognition", "TMLR", "Transactions of the ACL",
    "Trudy Instituta Sistemnogo Programmirovaniâ", "Zeitschrift für Künstliche Intelligenz",
)  # fmt: skip
TAGS = (
    "agents", "baseline", "diffusion", "efficiency", "for-the-thesis", "geometrie/überblick",
    "reading-group", "reproduce", "survey", "to-cite",
)  # fmt: skip

ONSETS = (
    "b", "bl", "br", "c", "ch", "cl", "cr", "d", "dr", "f", "fl", "fr", "g", "gl", "gr", "h", "j",
    "k", "kr", "l", "m", "n", "p", "ph", "pl", "pr", "qu", "r", "s", "sc", "sk", "sl", "sp", "st",
    "str", "t", "th", "tr", "v", "w", "x", "y", "z",
)  # fmt: skip
VOWELS = ("a", "a", "e", "e", "e", "i", "i", "o", "o", "u", "ae", "ea", "io", "ou", "y")
CODAS = ("", "", "", "", "l", "m", "n", "r", "s", "t", "nd", "nt", "rk", "x")
PREFIXES = (
    "anti", "auto", "bi", "co", "counter", "cross", "de", "dis", "hetero", "hyper", "inter",
    "intra", "macro", "meta", "micro", "mono", "multi", "neo", "neuro", "non", "over", "poly",
    "pre", "proto", "pseudo", "re", "semi", "sub", "super", "trans", "ultra", "un", "under",
)  # fmt: skip
STEMS = (
    "act", "arbor", "calc", "capt", "centr", "chron", "clust", "cogn", "cort", "crypt", "dens",
    "diffus", "dimens", "entrop", "fact", "field", "form", "fract", "funct", "gen", "geo", "grad",
    "graph", "harmon", "heur", "integr", "kern", "latent", "lex", "linear", "local", "log", "manif",
    "metr", "modul", "morph", "norm", "object", "optim", "orient", "param", "phon", "phot", "plan",
    "polar", "quant", "radi", "recurs", "regul", "sampl", "segment", "semant", "sens", "sequ",
    "spars", "spectr", "stoch", "struct", "symbol", "synt", "tempor", "tens", "term", "therm",
    "token", "topo", "variat", "vect", "vis", "voc", "vol",
)  # fmt: skip
SUFFIXES = (
    "able", "age", "al", "ance", "ant", "ate", "ated", "ation", "ational", "ative", "ency", "ent",
    "er", "ering", "ers", "ful", "ian", "ic", "ical", "icity", "ification", "ify", "ing", "ion",
    "ions", "ism", "ist", "ity", "ive", "ization", "ize", "ized", "izes", "less", "ment", "ness",
    "oid", "or", "ous", "ure",
)  # fmt: skip
ENDINGS = ("s", "s", "ed", "ing", "ly", "-based", "-free", "-aware", "ness", "wise")
METHODS = (
    "Net", "Former", "GPT", "Bench", "Diff", "BERT", "GAN", "LM", "QA", "Flow", "Seg", "Tune",
    "Lab", "Eval", "-2", "-XL", "Mix", "NeRF", "Agent", "Coder",
)  # fmt: skip
FAMILY_ENDS = (
    "sen", "ski", "ová", "ić", "escu", "yan", "idis", "mann", "berg", "ström", "ez", "oğlu", "wala",
    "moto", "enko", "ini", "aux", "ough", "son", "ya",
)  # fmt: skip

_TITLES = """
Learning to Plan with Sparse Rewards from Few Demonstrations
Sparse Attention for Long Documents without Retraining
A Survey of Retrieval-Augmented Language Models for Long Documents
Few Demonstrations Suffice: Planning with Large Language Models in the Wild
Diffusion Models for Video Generation with Sparse Attention
Towards Robust Video Generation from Text and Sketches
Robust Speech Recognition for Languages with Little Data
Language Models as Planners: What They Know and What They Guess
Measuring What Language Models Know about Chemistry
Efficient Retraining of Large Language Models on Consumer Hardware
Quantization of Diffusion Models to Four Bits without Calibration
Four Bits Are Enough: Efficient Quantization for Large Language Models
Neural Rendering of Indoor Scenes from Few Photographs
Few Photographs, Whole Rooms: Neural Rendering with Learned Priors
Learned Priors for Point Cloud Completion
Contrastive Learning of Point Cloud Representations for Robots
Robots That Ask: Active Learning with Natural Language Questions
Natural Language Questions over Tables and Charts
Reading Charts with Multimodal Language Models
Multimodal Representation Learning from Unpaired Text and Images
Aligning Language Models with Preferences of Many People
Preference Optimization without a Reward Model
Reward Models Overfit: An Empirical Study of Preference Optimization
An Empirical Study of Code Completion in Large Repositories
Code Completion with Retrieval from Large Repositories
Graph Neural Networks for Molecules with Long-Range Interactions
Long-Range Weather Forecasts with Graph Neural Networks
Uncertainty in Weather Forecasts from Diffusion Models
Causal Discovery under Uncertainty from Time Series
Time Series Forecasting as Language Modelling
Mixture of Experts for Speech Recognition on Small Devices
On the Memory of Mixture of Experts during Inference
Inference on Small Devices: Distilling Vision Transformers
Vision Transformers Need Fewer Tokens Than You Think
Continual Learning of Vision Transformers without Stored Examples
In-Context Examples: How Many, Which, and in What Order
Benchmarking Agents That Browse the Web over Many Sessions
Web Agents with Memory across Sessions
Federated Training of Recommender Systems with Private Gradients
Private Gradients Leak Less Than Feared: A Measurement Study
"""
TITLES = tuple(_TITLES.strip().splitlines())
_ABSTRACTS = """
Large language models plan well when they are shown examples, yet they fail once rewards are sparse.
We study how much of this failure is due to the examples and how much to the model itself. In this
paper, we introduce a simple method that needs neither annotation nor retraining. Our method first
retrieves similar problems from a memory and then adapts their solutions to the task at hand. Unlike
earlier work, it keeps the weights of the model frozen and adds only a small number of parameters.

Video generation has made rapid progress, but long videos still drift away from the text that
describes them. To address this problem, we train a diffusion model on short clips and join them
with a learned prior over motion. Experiments on five benchmarks show that the method improves upon
strong baselines by a wide margin. An ablation shows that the memory matters most, followed by the
order of the examples. We release the code, the data and all trained models for others to build on.

Speech recognition for languages with little data remains an open problem, since labels are costly
to obtain. We propose to train on unpaired speech and text, with a loss that ties the two
representations together. The resulting model halves the error rate on twelve languages and runs in
real time on small devices. Neural networks on graphs lose information over long distances, because
messages pass through narrow cuts. We prove that a single additional layer of global attention
removes this limit under mild assumptions.

On molecules and on weather data, the deeper network is more accurate and needs less memory during
training. Quantization reduces the cost of inference, but naive rounding hurts accuracy below four
bits. We find that a few outlier channels cause most of the damage and keep them in higher
precision. This work asks whether preference optimization needs a reward model at all. We answer
this question with an empirical study of over one thousand training runs across three model
families.

Surprisingly, the simplest objective matches the best results of more complex pipelines when it is
tuned as carefully. Agents that browse the web must remember what they saw many sessions ago and ask
when they are in doubt. We collect a benchmark of tasks that people do every week and measure how
far current agents get. Even the strongest model solves fewer than half of the tasks, which leaves
much room for future research. Rendering a room from a few photographs is ambiguous, as most
surfaces are seen only once or not at all.

We learn a prior over indoor scenes and combine it with geometry estimated from the images. The
approach scales to whole buildings and produces sharp views where existing methods blur. Time series
differ from text in scale and noise, so that tokens must be chosen with care. Our analysis suggests
that the choice of tokens explains more of the variance than the size of the model. We hope that
these findings help practitioners to choose a method for their own data.
"""
ABSTRACTS = tuple(_ABSTRACTS.split("\n\n"))
NOTES = (
    "Read section 4 again before the seminar.",
    "The ablation is what matters here; compare with our own runs.",
    "Proof of lemma 2 seems to need one more assumption.",
    "- cite in the introduction\n- ask the authors for the data",
    "Für das Kapitel über Grundlagen.",
)
