"""Words that phrase extraction must know: where a run ends, what names nothing by itself, standard acronyms."""

STOP_WORDS = frozenset(
    """
    a about above across after again against ahead all almost along already also although always am amid among an and another any anything are around
    as aside at away back be became because become becomes been before behind being below beneath beside besides between beyond both but by can cannot
    could despite did do does doing done down due during each either else enough even ever every everything etc except far few first for from further get gets
    getting give given gives go goes going got had has have having he hence her here hers him his how however i if in indeed inside instead into is isn't it its
    itself just keep know last least less let let's like made make makes making many may maybe me meet meets merely might mine more moreover most much must my near need needs neither never
    next no none nor not nothing now of off often on once one ones only onto or other others otherwise our ours out outside over own per perhaps please put quite
    rather really regarding same second see seem seems several shall she should since so some something soon still such take takes than that that's the their theirs them
    themselves then thereby there therefore these they thing things third this those though three through throughout thus till to together too toward towards
    two under underneath unless unlike until up upon us use used uses using usually various versus very via vs want was way ways we well were what what's when
    whenever where whereas wherever whether which while who whole whom whose why will with within without won't would yes yet you your yours zero
    e.g i.e eg ie al et cf aka w.r.t wrt don't doesn't can't it's re ve ll
    achieve achieves achieved achieving address addresses addressing advance advancing aim aims allow allows allowing apply applied applying assess assessing based boost boosting
    bridge bridging bring bringing build building call combine combined combining compare compared comparing consider considered considering construct constructing create creating
    deal demonstrate demonstrates demonstrated demystifying derive derived describe describes designing determine determining develop developed developing discover discovering
    discuss disentangle employ employing enable enables enabled enabling enhance enhanced enhances enhancing ensure ensuring establish establishing evaluate evaluated evaluating examine examining
    exhibit explain explaining exploit exploiting explore explored explores exploring extend extended extending extract facilitate facilitating find finding finds focus focused follow following
    found gain generate generates generated identify identifying illustrate implement implementing improve improved improves improving include includes including incorporate incorporating increase
    increased increasing integrate integrating introduce introduced introduces introducing investigate investigated investigates investigating lead leads leading leverage
    leverages leveraging look looking match measure measuring mitigate mitigating motivate motivated obtain obtained obtaining outperform outperforms overcome overcoming perform performs present presented presents
    promote promoting propose proposed proposes proposing prove provide provides provided providing reduce reduced reduces reducing reexamining reimagining remain remains require required requires resolve resolving rethink rethinking
    reveal reveals revealing revisit revisited revisiting scale serve show showed showing shown shows solve solved solves solving study studied studies studying suggest suggests support supporting
    tackle tackling taming think train trained turn turning understand understanding uncover uncovering unify unleash unleashing unlock unlocking unveil unveiling utilize utilizing utilise work works working
    approximately consequently currently effectively efficiently especially extensively finally firstly furthermore generally importantly jointly largely mainly mostly namely nearly notably
    particularly previously primarily properly recently respectively significantly simply simultaneously specifically successfully typically widely additionally accordingly directly easily empirically explicitly fully highly rapidly
    break breaks fail fails hurt hurts help helps learn learns listen matter matters read reads say says speak stop stops talk talks tell tells
    able available better best different good great hard harder important key large-scale main major new novel possible recent several simple similar specific strong various well-known existing state-of-the-art promising
    """.split()
)
"""Function words, the verbs and adverbs of scientific prose, and adjectives of praise: a run ends at them."""

FUNCTION_WORDS = frozenset(
    "a an and are as at be been but by can do does for from had has have how i in into is it its may more not of on or our over than that the their them then there these"
    " they this those to using via was we were what when where which while who why will with without you your".split()
)
"""Words that say nothing of what is asked for."""

NOUNS_IN_LY = frozenset(
    "anomaly assembly butterfly dragonfly family italy multiply reassembly subfamily supply".split()
)
"""Words in -ly that are no adverbs."""

WEAK_WORDS = frozenset(
    """
 ability accuracy ai advance algorithm analysis application approach architecture aspect assessment assumption baseline behavior benchmark capability capacity case challenge challenging characteristic
    choice class collection comparison component comprehensive concept condition constraint construction context contribution data dataset deep demonstration design detail development difference domain dynamic
    effect effective effectiveness efficiency efficient element end error evaluation evidence example experiment experimental extension factor feature final flexible form formulation framework function functional future
    gap general generic goal group guide high human idea impact implementation implicit importance improvement individual information initial input insight instance interaction interesting
    introduction investigation issue journey landscape large layer learned learning lesson level library limit limitation limited local long low machine measurement mechanism method methodology metric mind model modeling
    module multiple natural neural network number object objective open opportunity order output overview paper part pattern perception performance perspective phenomenon pipeline point potential power practical practice
    prediction principle principled problem procedure process processing property proposal protocol question real research result review rich role rule sample scalable scale scenario scheme science scope set setting share short signal single
    size small solution source space speed stage standard state step strategy structure structured study sub subject success suite survey system systematic target task taxonomy technique term test theory theoretical time tool toolkit topic towards
     generalizing benchmarking optimizing searching quantifying training true type unified universal usage use user value variable variant version view vision world year adaptive automated automatic complex dual fast fine full global joint minimal multi optimal robust shared simple sparse
    """.split()
)
"""Words that name nothing by themselves; a phrase of these alone is no topic."""

ACRONYMS = {
    "ai": "artificial intelligence",
    "asr": "automatic speech recognition",
    "bnn": "bayesian neural network",
    "cnn": "convolutional neural network",
    "dnn": "deep neural network",
    "drl": "deep reinforcement learning",
    "gan": "generative adversarial network",
    "gcn": "graph convolutional network",
    "gnn": "graph neural network",
    "gp": "gaussian process",
    "hri": "human robot interaction",
    "llm": "large language model",
    "lvlm": "large vision language model",
    "marl": "multi agent reinforcement learning",
    "mcts": "monte carlo tree search",
    "mcmc": "markov chain monte carlo",
    "mdp": "markov decision process",
    "mllm": "multimodal large language model",
    "moe": "mixture of expert",
    "nas": "neural architecture search",
    "nerf": "neural radiance field",
    "nlp": "natural language processing",
    "nmt": "neural machine translation",
    "ood": "out of distribution",
    "peft": "parameter efficient fine tuning",
    "pinn": "physics informed neural network",
    "pomdp": "partially observable markov decision process",
    "rag": "retrieval augmented generation",
    "rl": "reinforcement learning",
    "rlhf": "reinforcement learning from human feedback",
    "rnn": "recurrent neural network",
    "sgd": "stochastic gradient descent",
    "slam": "simultaneous localization and mapping",
    "slm": "small language model",
    "snn": "spiking neural network",
    "ssl": "self supervised learning",
    "tts": "text to speech",
    "vae": "variational autoencoder",
    "vit": "vision transformer",
    "vla": "vision language action",
    "vlm": "vision language model",
    "vqa": "visual question answering",
}
"""Acronyms of the field that are written more often than their long form, and mean nothing else in it."""
