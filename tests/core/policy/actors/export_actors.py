#!/usr/bin/env python3
"""Makes the ONNX files of this folder with PyTorch's own exporter, and the answers that PyTorch gives.

The modules are written as users of the four libraries write them (layer names, operators, outputs); the weights are
random. Run with python3-torch (Debian 12: PyTorch 1.13.1):  python3 export_actors.py FOLDER
"""
import json
import sys
import torch
from torch import nn

OBS, ACT, HIDDEN = 5, 2, 8
LOG_STD_MIN, LOG_STD_MAX = -5, 2


def mlp(activation, sizes):
    layers = []
    for i in range(len(sizes) - 2):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), activation()]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


class MlpExtractor(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy_net = nn.Sequential(nn.Linear(OBS, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh())
        self.value_net = nn.Sequential(nn.Linear(OBS, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, HIDDEN), nn.Tanh())


class Sb3Ppo(nn.Module):
    """ActorCriticPolicy.forward(observation, deterministic=True): actions, values, log_prob."""

    def __init__(self):
        super().__init__()
        self.features_extractor = nn.Flatten()
        self.mlp_extractor = MlpExtractor()
        self.action_net = nn.Linear(HIDDEN, ACT)
        self.value_net = nn.Linear(HIDDEN, 1)
        self.log_std = nn.Parameter(torch.full((ACT,), -0.7))

    def forward(self, observation):
        features = self.features_extractor(observation.float())
        mean = self.action_net(self.mlp_extractor.policy_net(features))
        values = self.value_net(self.mlp_extractor.value_net(features))
        std = torch.ones_like(mean) * self.log_std.exp()
        log_prob = (-((mean - mean) ** 2) / (2 * std ** 2) - std.log() - 0.9189385).sum(dim=1)
        return mean.reshape((-1, ACT)), values, log_prob


class Sb3Sac(nn.Module):
    """Actor of SAC: latent_pi, mu, log_std with clamp; the action is tanh of the mean."""

    def __init__(self):
        super().__init__()
        self.latent_pi = nn.Sequential(nn.Linear(OBS, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU())
        self.mu = nn.Linear(HIDDEN, ACT)
        self.log_std = nn.Linear(HIDDEN, ACT)

    def forward(self, observation):
        latent = self.latent_pi(observation)
        mean = self.mu(latent)
        return torch.tanh(mean), mean, torch.clamp(self.log_std(latent), -1.2, 0.1)


class Sb3Td3(nn.Module):
    """Actor of TD3: Sequential with tanh at the end, nothing else."""

    def __init__(self):
        super().__init__()
        self.mu = nn.Sequential(*mlp(nn.ReLU, [OBS, HIDDEN, HIDDEN, ACT]), nn.Tanh())

    def forward(self, observation):
        return self.mu(observation)


class RlGames(nn.Module):
    """norm_obs, then a2c_network: mu, log_std (written as mu*0 + sigma), value."""

    def __init__(self):
        super().__init__()
        self.register_buffer("running_mean", torch.randn(OBS, dtype=torch.float64))
        self.register_buffer("running_var", torch.rand(OBS, dtype=torch.float64) + 0.5)
        self.actor_mlp = nn.Sequential(nn.Linear(OBS, HIDDEN), nn.ELU(), nn.Linear(HIDDEN, HIDDEN), nn.ELU())
        self.value = nn.Linear(HIDDEN, 1)
        self.mu = nn.Linear(HIDDEN, ACT)
        self.sigma = nn.Parameter(torch.tensor([-0.5, -1.0]))

    def forward(self, obs):
        y = (obs - self.running_mean.float()) / torch.sqrt(self.running_var.float() + 1e-05)
        out = self.actor_mlp(torch.clamp(y, min=-5.0, max=5.0))
        mu = self.mu(out)
        return mu, mu * 0 + self.sigma, self.value(out)


class RslRl(nn.Module):
    """actor(normalizer(x)) as the exporter of Isaac Lab traces it."""

    def __init__(self):
        super().__init__()
        self.register_buffer("_mean", torch.randn(1, OBS))
        self.register_buffer("_std", torch.rand(1, OBS) + 0.5)
        self.actor = mlp(nn.ELU, [OBS, HIDDEN, HIDDEN, ACT])

    def forward(self, x):
        return self.actor((x - self._mean) / (self._std + 1e-2))


class CleanRlPpo(nn.Module):
    """Agent of ppo_continuous_action: actor_mean, actor_logstd expanded to the batch; observations clipped to ±10."""

    def __init__(self):
        super().__init__()
        self.actor_mean = mlp(nn.Tanh, [OBS, HIDDEN, HIDDEN, ACT])
        self.actor_logstd = nn.Parameter(torch.tensor([[-0.3, -0.8]]))

    def forward(self, x):
        mean = self.actor_mean(torch.clamp(x / 2.0, -1.0, 1.0))
        return mean, self.actor_logstd.expand_as(mean)


class CleanRlSac(nn.Module):
    """Actor of sac_continuous_action: mean and a log_std laid between its bounds by tanh."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(OBS, HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.fc_mean, self.fc_logstd = nn.Linear(HIDDEN, ACT), nn.Linear(HIDDEN, ACT)

    def forward(self, x):
        x = torch.relu(self.fc2(torch.relu(self.fc1(x))))
        log_std = torch.tanh(self.fc_logstd(x))
        return self.fc_mean(x), LOG_STD_MIN + 0.5 * (LOG_STD_MAX - LOG_STD_MIN) * (log_std + 1)


class CleanRlTd3(nn.Module):
    """Actor of td3_continuous_action: tanh, scale and bias of the action space."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc_mu = nn.Linear(OBS, HIDDEN), nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, ACT)
        self.register_buffer("action_scale", torch.tensor([0.5, 0.25]))
        self.register_buffer("action_bias", torch.tensor([0.1, 0.0]))

    def forward(self, x):
        x = torch.relu(self.fc2(torch.relu(self.fc1(x))))
        return torch.tanh(self.fc_mu(x)) * self.action_scale + self.action_bias


class Silu(nn.Module):
    """An actor with SiLU, dropout that is off, and no bias in a layer (MatMul)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(OBS, HIDDEN, bias=False), nn.SiLU(), nn.Dropout(0.1), nn.Linear(HIDDEN, HIDDEN),
                                 nn.SiLU(), nn.Linear(HIDDEN, ACT))

    def forward(self, x):
        return torch.clamp(self.net(x), -1.0, 1.0)


class Choices(nn.Module):
    """Agent.actor of CleanRL's ppo.py: logits of three choices."""

    def __init__(self):
        super().__init__()
        self.actor = mlp(nn.Tanh, [OBS, HIDDEN, HIDDEN, 3])

    def forward(self, x):
        return self.actor(x)


FILES = [
    ("sb3_ppo", Sb3Ppo(), 17, ["input"], None, ["action", "value", "log_prob"]),
    ("sb3_sac", Sb3Sac(), 17, ["input"], ["action", "mean", "log_std"], ["action", "mean", "log_std"]),
    ("sb3_td3", Sb3Td3(), 9, None, None, ["action"]),
    ("rl_games", RlGames(), 13, ["obs"], ["mu", "log_std", "value"], ["mean", "log_std", "value"]),
    ("rsl_rl", RslRl(), 11, ["obs"], ["actions"], ["action"]),
    ("cleanrl_ppo", CleanRlPpo(), 14, ["obs"], ["action_mean", "action_logstd"], ["mean", "log_std"]),
    ("cleanrl_sac", CleanRlSac(), 14, ["obs"], ["mean", "log_std"], ["mean", "log_std"]),
    ("cleanrl_td3", CleanRlTd3(), 14, ["obs"], ["actions"], ["action"]),
    ("silu", Silu(), 11, ["obs"], ["actions"], ["action"]),
    ("choices", Choices(), 13, ["obs"], ["logits"], ["logits"]),
]


def main(folder):
    answers = {}
    observations = 1.5 * torch.randn(6, OBS)
    for name, module, opset, inputs, outputs, roles in FILES:
        module.eval()
        options = {}
        if name == "cleanrl_ppo":  # shapes that are known only at run time
            options["dynamic_axes"] = {"obs": {0: "batch"}, "action_mean": {0: "batch"}, "action_logstd": {0: "batch"}}
        torch.onnx.export(module, torch.zeros(1, OBS), f"{folder}/{name}.onnx", opset_version=opset, input_names=inputs,
                          output_names=outputs, **options)
        with torch.no_grad():
            result = module(observations)
        result = result if isinstance(result, tuple) else (result,)
        answers[name] = {role: value.tolist() for role, value in zip(roles, result)}
    with open(f"{folder}/answers.json", "w", encoding="utf-8") as file:
        json.dump({"made_with": "PyTorch " + torch.__version__, "observations": observations.tolist(), "answers": answers}, file,
                  indent=1)


torch.manual_seed(7)
main(sys.argv[1])
