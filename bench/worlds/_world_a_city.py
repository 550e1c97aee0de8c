# Brought in unchanged from another hand: byte for byte the generator that today's detection was first caught failing on. Never edited, not even by the formatter.
"""Held-out city: a claims simulator that developers never see.

    python hidden_city.py OUT --claims 400000 --seed 7 [--rings 12] [--null] [--stealth | --hard] [--real]

Writes OUT/{claims,claim_items,patients,doctors,facilities,pharmacies}.csv in the project's canonical
columns, and OUT.truth/{rings,members,decoys}.csv beside it (never inside: the program must not see it).
--null plants no ring, to count false alarms. --stealth: ring members take part in fewer events (x 0.6) and bill what lawful
visits cost. Marginals: heavy-tailed visit counts, habit, distance,
weekday and clock profiles, seasonal surge. Decoys are lawful groups that look like rings.
"""
import argparse, pathlib
import numpy as np, pandas as pd

DAY = 86400
START = int(pd.Timestamp("2025-01-01").timestamp())


def clock(rng, n, lo=7.5, hi=18.0):
    h = np.where(rng.random(n) < 0.6, rng.normal(9.8, 1.3, n), rng.normal(15.2, 1.4, n))
    return (np.clip(h, lo, hi) * 3600 + rng.integers(0, 60, n)).astype(np.int64)


class City:
    def __init__(self, n_claims, seed, n_rings, null, stealth=False, hard=False, real=False):
        self.stealth, self.hard, self.real, self.lent = stealth or hard, hard, real, []
        self.rng = rng = np.random.default_rng(seed)
        self.n = n_claims
        self.P = P = max(2000, n_claims // 10)
        self.days = 365
        self.nT = max(2, P // 60000); self.nS = max(4, P // 12000)          # tertiary, secondary
        self.nC = max(20, P // 1500); self.nPriv = max(4, P // 10000)        # primary clinics, private
        self.F = F = self.nT + self.nS + self.nC + self.nPriv
        self.H = H = max(20, P // 1800)                                       # pharmacies
        lv = np.array(["tertiary"] * self.nT + ["secondary"] * self.nS + ["primary"] * self.nC + ["private"] * self.nPriv)
        self.level = lv
        self.floc = rng.random((F, 2)); self.hloc = rng.random((H, 2))
        docs = {"tertiary": 220, "secondary": 60, "primary": 5, "private": 12}
        self.dof = np.concatenate([[f] * max(2, int(rng.normal(docs[lv[f]], docs[lv[f]] * .2))) for f in range(F)]).astype(int)
        self.D = len(self.dof)
        self.dstart = np.searchsorted(self.dof, np.arange(F)); self.dcnt = np.bincount(self.dof, minlength=F)
        # people in households in villages
        hh = np.repeat(np.arange(P), rng.choice([1, 2, 3, 4, 5], P, p=[.3, .3, .22, .12, .06]))[:P]
        self.hh = hh; nh = hh.max() + 1
        cent = rng.random((max(8, P // 2500), 2)); vill = rng.integers(0, len(cent), nh)
        self.vill = vill[hh]
        self.ploc = (cent[vill] + rng.normal(0, .03, (nh, 2)))[hh]
        self.age = np.clip(rng.choice([rng.normal(12, 6), 35, 55, 72], P) if False else np.where(rng.random(P) < .27, rng.normal(71, 8, P), rng.uniform(0, 62, P)), 0, 99)
        self.chronic = rng.random(P) < np.where(self.age > 60, .45, .07)
        rate = rng.gamma(.9, 1, P) * np.where(self.chronic, 3., 1.) * (1 + (self.age > 60))
        self.rate = rate / rate.sum()
        self.home = np.empty(P, int); self.homeph = np.empty(P, int)
        size = np.where(lv == "tertiary", 9, np.where(lv == "secondary", 3, np.where(lv == "private", .8, 1.)))
        for v in range(len(cent)):
            m = self.vill == v
            d = np.hypot(*(self.floc - cent[v]).T); g = size / (d + .02) ** 2; g /= g.sum()
            self.home[m] = rng.choice(F, m.sum(), p=g)
            d = np.hypot(*(self.hloc - cent[v]).T); g = 1 / (d + .02) ** 2.5; g /= g.sum()
            self.homeph[m] = rng.choice(H, m.sum(), p=g)
        self.homedoc = self.dstart[self.home] + (rng.random(P) ** 1.5 * self.dcnt[self.home]).astype(int)
        self.size = size / size.sum()
        self.rows = []; self.truth = []; self.members = []; self.decoys = []
        self.phone = {}; self.bank = {}; self.legal = {}; self.address = {}; self.employer = {}
        self.background(); self.decoy_groups()
        if not null:
            self.plant(n_rings)

    def emit(self, p, f, d, h, kind, t, los, amt, fund=.65, drug=0, dx=""):
        k = len(p)
        b = lambda x: np.broadcast_to(np.asarray(x), k)
        self.rows.append(pd.DataFrame(dict(p=b(p), f=b(f), d=b(d), h=b(h), kind=b(kind), t=b(t), los=b(los), amt=np.round(b(amt), 2), fund=np.round(b(amt) * b(fund), 2), drug=b(drug), dx=b(dx))))

    def background(self):
        rng, n = self.rng, self.n
        p = rng.choice(self.P, n, p=self.rate)
        season = 1 + .25 * np.cos(2 * np.pi * np.arange(self.days) / 365)
        wd = (np.arange(self.days) + 2) % 7; season = season * np.where(wd >= 5, .45, 1)
        day = rng.choice(self.days, n, p=season / season.sum())
        habit = rng.random(n) < .72
        f = np.where(habit, self.home[p], rng.choice(self.F, n, p=self.size))
        d = np.where(habit & (rng.random(n) < .6), self.homedoc[p], self.dstart[f] + (rng.random(n) ** 1.3 * self.dcnt[f]).astype(int))
        u = rng.random(n); kind = np.where(u < .34, "pharmacy", np.where(u < .34 + .05, "inpatient", np.where(self.chronic[p] & (u < .6), "chronic", "outpatient")))
        ph = np.where(rng.random(n) < .75, self.homeph[p], rng.integers(0, self.H, n))
        isph = kind == "pharmacy"; inp = kind == "inpatient"
        big = np.isin(self.level[f], ["tertiary", "secondary", "private"]); kind = np.where(inp & ~big, "outpatient", kind); inp = kind == "inpatient"
        los = np.where(inp, np.clip(rng.gamma(2.2, 4, n), 1, 60).astype(int), 0)
        amt = np.where(inp, rng.lognormal(8.9, .6, n), np.where(isph, rng.lognormal(4.4, .8, n), rng.lognormal(5.2, .9, n)))
        t = START + day * DAY + clock(rng, n)
        # an outside prescription names its doctor at the pharmacy in a third of purchases
        rx = isph & (rng.random(n) < .35)
        self.emit(p, np.where(isph, -1, f), np.where(isph & ~rx, -1, d), np.where(isph, ph, -1), kind, t, los, amt, np.where(inp, .7, np.where(isph, .5, .6)))
        # families and neighbours go together: a second member is seen minutes later, at the same desk
        hh = self.hh; first = np.searchsorted(hh, np.arange(hh.max() + 2)); cnt = np.diff(first)
        habit_share = rng.beta(.6, 3.5, hh.max() + 1)                # some households nearly always go together
        j = np.where((~inp) & (cnt[hh[p]] > 1) & (rng.random(n) < .5 * habit_share[hh[p]]))[0]
        q = first[hh[p[j]]] + rng.integers(0, cnt[hh[p[j]]]); k = q != p[j]; j, q = j[k], q[k]
        a = np.where(isph[j], rng.lognormal(4.4, .8, len(j)), rng.lognormal(5.2, .9, len(j)))
        self.emit(q, np.where(isph[j], -1, f[j]), np.where(isph[j] & ~rx[j], -1, d[j]), np.where(isph[j], ph[j], -1), kind[j], t[j] + rng.integers(30, 900, len(j)), 0, a, np.where(isph[j], .5, .6))
        self.pool = rng.permutation(self.P); self.cur = 0
        # carers: one person settles monthly for three to five frail neighbours
        for c in range(max(2, self.P // 4000)):
            g = self.take(rng.integers(3, 6), near=rng.integers(0, self.P)); h = self.homeph[g[0]]
            for m in range(12):
                tt = START + (m * 30 + rng.integers(0, 4)) * DAY + int(rng.uniform(8.5, 17) * 3600)
                self.emit(g, -1, -1, h, "pharmacy", tt + np.cumsum(rng.integers(30, 120, len(g))), 0, rng.lognormal(4.6, .5, len(g)), .5)

    def take(self, k, near=None):
        if near is not None:
            c = np.argsort(np.hypot(*(self.ploc - self.ploc[near]).T))[: 6 * k]
            return self.rng.choice(c, k, replace=False)
        r = self.pool[self.cur: self.cur + k]; self.cur += k; return r

    def decoy(self, name, p, **e):
        i = f"decoy-{len(self.decoys):03d}"
        self.decoys.append(dict(decoy_id=i, kind=name, patients="|".join(map(self.pid, p))))

    def decoy_groups(self):
        rng = self.rng; s = max(1, self.P // 40000)
        prim = np.where(self.level == "primary")[0]
        for _ in range(2 * s):   # nursing home: one visiting doctor, one pharmacy, same afternoons
            p = self.take(rng.integers(30, 90)); f = rng.choice(prim); d = self.dstart[f]; h = rng.integers(0, self.H)
            self.age[p] = np.clip(rng.normal(80, 7, len(p)), 62, 99); home = f"care home {rng.integers(10**5)}"
            for x in p:                                   # some residents never changed their registered address
                if rng.random() < (.15 if self.hard else .6): self.address[x] = home
            for w in range(0, 52, 2):
                q = p[rng.random(len(p)) < .8]; t = START + (w * 7 + 3) * DAY + 14 * 3600 + np.sort(rng.integers(0, 7200, len(q)))
                self.emit(q, f, d, -1, "chronic", t, 0, rng.lognormal(5.0, .4, len(q)))
                self.emit(q, -1, d, h, "pharmacy", t + 5400, 0, rng.lognormal(5.0, .4, len(q)), .5)
            self.decoy("nursing_home", p)
            for x in p: self.phone[x] = f"139{rng.integers(0, 10**4):08d}" if rng.random() < .1 else self.phone.get(x)
        for _ in range(s):       # dialysis: thrice weekly, same bench
            p = self.take(rng.integers(24, 60)); f = rng.choice(np.where(self.level == "secondary")[0]); d = self.dstart[f] + 3
            for day in range(0, 364):
                if day % 7 in (0, 2, 4):
                    q = p[rng.random(len(p)) < .95]; self.emit(q, f, d, -1, "chronic", START + day * DAY + 8 * 3600 + rng.integers(0, 3600, len(q)), 0, rng.normal(420, 12, len(q)), .85, dx="N18")
            self.decoy("dialysis", p)
        for _ in range(2 * s):   # employer check-up, two days
            p = self.take(rng.integers(80, 250)); f = rng.choice(np.where(np.isin(self.level, ["secondary", "private"]))[0]); d = self.dstart[f] + rng.integers(0, 3)
            day = rng.integers(60, 300); self.age[p] = rng.uniform(21, 60, len(p)); firm = f"employer {rng.integers(10**5)}"
            for x in p: self.employer[x] = firm
            self.emit(p, f, d, -1, "outpatient", START + (day + rng.integers(0, 2, len(p))) * DAY + clock(rng, len(p)), 0, rng.normal(260, 5, len(p)), dx="Z00")
            self.decoy("employer_checkup", p)
        for _ in range(3 * s):   # village doctor clinic: everyone in the village, one doctor, one pharmacy
            c = rng.integers(0, self.P); p = self.take(rng.integers(60, 160), near=c); f = rng.choice(prim); d = self.dstart[f]; h = self.homeph[c]
            k = rng.poisson(7, len(p)); q = np.repeat(p, k); t = START + rng.integers(0, 365, len(q)) * DAY + clock(rng, len(q))
            self.emit(q, f, d, -1, "outpatient", t, 0, rng.lognormal(4.6, .6, len(q)))
            m = rng.random(len(q)) < .5; self.emit(q[m], -1, d, h, "pharmacy", t[m] + 1500, 0, rng.lognormal(4.3, .6, m.sum()), .5)
            self.decoy("village_doctor", p)
        for _ in range(s):       # school flu week
            p = self.take(rng.integers(80, 200)); f = rng.choice(prim); d0 = self.dstart[f]; day = rng.integers(0, 40); self.age[p] = rng.uniform(6, 13, len(p))
            self.emit(p, f, d0 + rng.integers(0, 2, len(p)), -1, "outpatient", START + (day + rng.integers(0, 5, len(p))) * DAY + clock(rng, len(p)), 0, rng.lognormal(4.9, .3, len(p)), dx="J10")
            self.decoy("school_flu", p)
        for _ in range(s):       # oncology day ward: high amounts, same drug, 21-day cycle
            p = self.take(rng.integers(20, 50)); f = 0; d = self.dstart[0] + 7; ph0 = rng.integers(0, 21, len(p))
            for c in range(17):
                self.emit(p, f, d, -1, "chronic", START + np.minimum(ph0 + c * 21, 364) * DAY + clock(rng, len(p)), 0, rng.lognormal(8.2, .1, len(p)), .8, drug=9, dx="C50")
            self.decoy("oncology_day_ward", p)

    def ring(self, kind, patients, doctors=(), facilities=(), pharmacies=(), organiser=""):
        i = f"true-{len(self.truth):03d}"
        self.truth.append(dict(ring_id=i, kind=kind, patients=len(patients)))
        for r, xs, f in (("patient", patients, self.pid), ("doctor", doctors, self.did), ("facility", facilities, self.fid), ("pharmacy", pharmacies, self.hid)):
            self.members += [dict(ring_id=i, entity_type=r, entity_id=f(x)) for x in set(map(int, xs))]

    def plant(self, n_rings):
        kinds = [self.r_card_pool, self.r_fake_inpatient, self.r_drug_resale, self.r_kickback, self.r_paper_patients, self.r_network, self.r_slow_drip]
        for i in range(n_rings):
            kinds[i % len(kinds)]()

    def recruit(self, k, near=None):
        """Members of a ring; in a hard city one in ten already works for another ring."""
        p = self.take(k, near)
        if self.hard and len(self.lent) > 20:
            j = self.rng.choice(len(p), max(1, len(p) // 10), replace=False); p[j] = self.rng.choice(self.lent, len(j), replace=False)
        self.lent += list(p); return np.unique(p)

    def head_count(self, lo, hi):
        return int(np.clip(self.rng.lognormal(np.log(9), .6), 4, 40)) if self.real else int(self.rng.integers(lo, hi))

    def gaps(self, lo, hi, k):
        return self.rng.integers(lo, hi, k) * (6 if self.hard else 1)

    def sessions(self, lo, hi):
        return max(3, int(self.rng.integers(lo, hi) * (.6 if self.hard else 1)))

    def joins(self, share, k):
        return self.rng.random(k) < share * (.6 if self.stealth else 1.)

    def bill(self, mean, sd, k, lawful):
        return self.rng.lognormal(*lawful, k) if self.stealth else self.rng.normal(mean, sd, k)

    # --- rings; each member keeps the lawful visits that the background gave it (camouflage)
    def r_card_pool(self):
        """Cards collected by a broker are swiped one after another at one pharmacy, in bursts."""
        rng = self.rng; p = self.recruit(self.head_count(18, 60)); h = rng.integers(0, self.H)
        for b in range(self.sessions(6, 14)):
            q = rng.permutation(p[self.joins(.6, len(p))]); t0 = START + rng.integers(10, 360) * DAY + int(rng.uniform(11.5, 20.5) * 3600)
            self.emit(q, -1, -1, h, "pharmacy", t0 + np.cumsum(self.gaps(40, 240, len(q))), 0, self.bill(390, 60, len(q), (4.4, .8)), .7, drug=rng.integers(1, 5))
        self.ring("card_pool", p, pharmacies=[h])

    def r_fake_inpatient(self):
        """Recruited villagers 'admitted' in batches to a private hospital: same days, same stay, same bill."""
        rng = self.rng; f = rng.choice(np.where(self.level == "private")[0]); ds = self.dstart[f] + rng.choice(self.dcnt[f], 2, replace=False)
        p = self.recruit(self.head_count(25, 80), near=rng.integers(0, self.P))
        for b in range(self.sessions(4, 9)):
            q = p[self.joins(.45, len(p))]; day = rng.integers(5, 340)
            t = START + (day + rng.integers(0, 2, len(q))) * DAY + clock(rng, len(q), 8, 11)
            self.emit(q, f, rng.choice(ds, len(q)), -1, "inpatient", t, rng.integers(7, 9, len(q)), self.bill(4300, 160, len(q), (8.9, .6)), .82)
        self.ring("fake_inpatient", p, ds, [f])

    def r_drug_resale(self):
        """A runner takes the same people round several hospitals in a day for one costly drug."""
        rng = self.rng; p = self.recruit(self.head_count(15, 45)); fs = rng.choice(np.where(np.isin(self.level, ["tertiary", "secondary"]))[0], min(4, self.nT + self.nS), replace=False)
        ds = [self.dstart[f] + rng.integers(0, self.dcnt[f]) for f in fs]; drug = rng.integers(5, 9)
        for trip in range(self.sessions(18, 36)):
            q = rng.choice(p, min(len(p), int(rng.integers(4, 9))), replace=False); day = rng.integers(0, 364)
            for j, (f, d) in enumerate(zip(fs, ds)):
                if rng.random() < .75:
                    self.emit(q, f, d, -1, "chronic", START + day * DAY + (8 + 2 * j) * 3600 + np.sort(rng.integers(0, 1800, len(q))), 0, self.bill(1180, 40, len(q), (5.6, .9)), .8, drug=drug)
        self.ring("drug_resale", p, ds)

    def r_kickback(self):
        """Two doctors send patients past nearer shops to one pharmacy."""
        rng = self.rng; f = rng.choice(np.where(self.level == "secondary")[0]); ds = self.dstart[f] + rng.choice(self.dcnt[f], 2, replace=False); h = rng.integers(0, self.H)
        p = self.recruit(self.head_count(60, 140)); k = 1 + rng.poisson(2.2, len(p)); q = np.repeat(p, k); d = rng.choice(ds, len(q))
        t = START + rng.integers(0, 364, len(q)) * DAY + clock(rng, len(q))
        self.emit(q, f, d, -1, "outpatient", t, 0, rng.lognormal(5.2, .5, len(q)))
        self.emit(q, -1, d, h, "pharmacy", t + rng.integers(1800, 9000, len(q)), 0, rng.lognormal(6.3, .35, len(q)), .7)
        self.ring("kickback", p, ds, [], [h])

    def r_paper_patients(self):
        """Records made up for cards that share telephones and bank accounts; two clinics of one owner."""
        rng = self.rng; fs = rng.choice(np.where(np.isin(self.level, ["primary", "private"]))[0], 2, replace=False); own = f"owner-{rng.integers(10**6)}"
        for f in fs: self.legal[f] = own
        ds = [self.dstart[f] for f in fs]; p = self.recruit(self.head_count(30, 70))
        ph = [f"138{rng.integers(10**8):08d}" for _ in range(4)]; bk = [f"6222{rng.integers(10**12):012d}" for _ in range(3)]
        for x in p:
            if rng.random() < .8: self.phone[x] = rng.choice(ph)
            if rng.random() < .6: self.bank[x] = rng.choice(bk)
        k = rng.poisson(6, len(p)); q = np.repeat(p, k); j = rng.integers(0, 2, len(q))
        t = START + rng.choice(np.arange(4, 364, 7), len(q)) * DAY + 17 * 3600 + rng.integers(0, 5400, len(q))
        self.emit(q, np.asarray(fs)[j], np.asarray(ds)[j], -1, "outpatient", t, 0, np.round(self.bill(480, 9, len(q), (5.2, .9)), 0), .75)
        self.ring("paper_patients", p, ds, fs)

    def r_network(self):
        """Industrialised: an organiser rotates a large pool over three clinics and two pharmacies, few visits each."""
        rng = self.rng; fs = rng.choice(np.where(np.isin(self.level, ["primary", "private"]))[0], 3, replace=False); hs = rng.choice(self.H, 2, replace=False)
        ds = [self.dstart[f] + rng.integers(0, self.dcnt[f]) for f in fs]; p = self.recruit(self.head_count(80, 180))
        for wk in range(4, 4 + self.sessions(44, 45)):
            q = rng.permutation(p)[: max(3, min(len(p) // 3, int(rng.integers(10, 22))))]; day = wk * 7 + rng.integers(0, 5); j = rng.integers(0, 3)
            t = START + day * DAY + int(rng.uniform(8, 16) * 3600) + np.cumsum(self.gaps(60, 420, len(q)))
            self.emit(q, fs[j], ds[j], -1, "outpatient", t, 0, self.bill(390, 45, len(q), (5.2, .9)), .7)
            m = rng.random(len(q)) < .7; self.emit(q[m], -1, ds[j], hs[rng.integers(0, 2)], "pharmacy", t[m] + 2400, 0, rng.uniform(200, 420, m.sum()), .7)
        self.ring("network", p, ds, fs, hs)

    def r_slow_drip(self):
        """Few cards, low and slow: a pharmacy swipes the same pairs and triples together twice a month."""
        rng = self.rng; p = self.recruit(self.head_count(8, 14)); h = rng.integers(0, self.H)
        for b in range(self.sessions(24, 25)):
            q = rng.permutation(p)[: rng.integers(3, 6)]; t0 = START + min(364, b * 15 + rng.integers(0, 6)) * DAY + int(rng.uniform(9, 19) * 3600)
            self.emit(q, -1, -1, h, "pharmacy", t0 + np.cumsum(self.gaps(60, 400, len(q))), 0, rng.uniform(90, 180, len(q)), .7)
        self.ring("slow_drip", p, pharmacies=[h])

    pid = staticmethod(lambda x: f"P{int(x):08d}"); did = staticmethod(lambda x: f"D{int(x):06d}")
    fid = staticmethod(lambda x: f"F{int(x):05d}"); hid = staticmethod(lambda x: f"H{int(x):05d}")

    def write(self, out):
        rng = self.rng; out = pathlib.Path(out); out.mkdir(parents=True, exist_ok=True); tr = pathlib.Path(str(out) + ".truth"); tr.mkdir(exist_ok=True)
        df = pd.concat(self.rows, ignore_index=True); df = df[df.t < START + 366 * DAY].sort_values("t", kind="stable").reset_index(drop=True)
        s = lambda col, f: df[col].map(lambda x: f(x) if x >= 0 else None)
        t = pd.to_datetime(df.t, unit="s")
        c = pd.DataFrame(dict(claim_id=[f"C{i:09d}" for i in range(len(df))], patient_id=s("p", self.pid), facility_id=s("f", self.fid), doctor_id=s("d", self.did), pharmacy_id=s("h", self.hid),
            claim_type=df.kind, started_at=t, ended_at=t + pd.to_timedelta(df.los * DAY + 1200, unit="s"), settled_at=t + pd.to_timedelta(df.los * DAY + 1800, unit="s"),
            diagnosis_code=np.where(df.dx == "", rng.choice(["I10", "E11", "J06", "K29", "M54", "I25", "N18", "C50", "J18", "H81"], len(df), p=[.22, .14, .2, .12, .12, .08, .01, .01, .04, .06]), df.dx), total_amount=df.amt.clip(lower=1), fund_amount=df.fund.clip(lower=.5)))
        c.to_csv(out / "claims.csv", index=False)
        code = np.where(df.drug > 0, df.drug + 100, rng.zipf(1.6, len(df)) % 90)
        pd.DataFrame(dict(claim_id=c.claim_id, item_code=[f"M{int(x):04d}" for x in code], item_type="drug", quantity=np.maximum(1, (c.total_amount / 60).round()), unit_price=60.0, amount=c.total_amount)).to_csv(out / "claim_items.csv", index=False)
        P = self.P
        pd.DataFrame(dict(patient_id=[self.pid(i) for i in range(P)], birth_date=pd.Timestamp("2025-06-01") - pd.to_timedelta((self.age * 365.25).astype(int), unit="D"), sex=rng.choice(["M", "F"], P),
            address=[self.address.get(i) or f"village {v} household {h}" for i, (v, h) in enumerate(zip(self.vill, self.hh))], employer=[self.employer.get(i) or (f"employer {int(self.hh[i] * 7919 % 5003)}" if 20 < self.age[i] < 61 else "") for i in range(P)], phone=[self.phone.get(i) or f"13{700000000 + int(self.hh[i]) * 3 + (i % 2)}" for i in range(P)], bank_account=[self.bank.get(i) or f"62{10**12 + i}" for i in range(P)])).to_csv(out / "patients.csv", index=False)
        pd.DataFrame(dict(doctor_id=[self.did(i) for i in range(self.D)], facility_id=[self.fid(f) for f in self.dof])).to_csv(out / "doctors.csv", index=False)
        pd.DataFrame(dict(facility_id=[self.fid(i) for i in range(self.F)], level=self.level, ownership=np.where(self.level == "private", "private", "public"), legal_representative=[self.legal.get(i, f"legal-{i}") for i in range(self.F)], longitude=119 + self.floc[:, 0], latitude=36 + self.floc[:, 1])).to_csv(out / "facilities.csv", index=False)
        pd.DataFrame(dict(pharmacy_id=[self.hid(i) for i in range(self.H)], longitude=119 + self.hloc[:, 0], latitude=36 + self.hloc[:, 1])).to_csv(out / "pharmacies.csv", index=False)
        pd.DataFrame(self.truth, columns=["ring_id", "kind", "patients"]).to_csv(tr / "rings.csv", index=False)
        pd.DataFrame(self.members, columns=["ring_id", "entity_type", "entity_id"]).to_csv(tr / "members.csv", index=False)
        pd.DataFrame(self.decoys).to_csv(tr / "decoys.csv", index=False)
        print(len(c), "claims", P, "patients", self.F, "facilities", self.H, "pharmacies", self.D, "doctors", len(self.truth), "rings", len(self.decoys), "decoys")


if __name__ == "__main__":
    a = argparse.ArgumentParser(); a.add_argument("out"); a.add_argument("--claims", type=float, default=4e5); a.add_argument("--seed", type=int, default=7); a.add_argument("--rings", type=int, default=14); a.add_argument("--null", action="store_true"); a.add_argument("--stealth", action="store_true"); a.add_argument("--hard", action="store_true"); a.add_argument("--real", action="store_true")
    a = a.parse_args()
    City(int(a.claims), a.seed, a.rings, a.null, a.stealth, a.hard, a.real).write(a.out)
