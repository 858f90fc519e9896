//! The plot of a case: throughput over threads, one line for each contender, with the middle half of its rounds.
//!
//! The colours are names in `page.css`, with values for light and dark pages: the colours written into the SVG are
//! placeholders that the page's style replaces. The legend is text beside the plot, where it covers no line.

use models::contest::{Contender, Contest, Role};
use plotters::prelude::*;

use crate::bench::standing::Spread;
use crate::bench::table;

/// Pixels, before the page scales it to the available width.
const SIZE: (u32, u32) = (460, 280);
/// Half the width of an error bar, in pixels.
const CAP: u32 = 6;
/// By how much contenders are shifted, so that their error bars do not hide each other; 1 is twice the threads.
const BESIDE: f64 = 0.035;

/// Text, lines of the grid, and contenders: the pattern, and then its peers.
const INK: &str = "ink";
const GRID: &str = "line";
const OURS: &str = "t2";
const OTHERS: [&str; 6] = ["t1", "t3", "t4", "t5", "t6", "t7"];

/// The name of a contender's colour.
pub fn colour(contest: &Contest, contender: usize) -> &'static str {
    let others = contest.contenders[..contender].iter().filter(|one| one.role != Role::Ours).count();
    match contest.contenders[contender].role {
        Role::Ours => OURS,
        Role::Peer | Role::Document => OTHERS[others % OTHERS.len()],
    }
}

/// The placeholder of a name in the SVG, which is never shown.
fn written(name: &str) -> RGBColor {
    let names = [INK, GRID, OURS].into_iter().chain(OTHERS);
    let at = names.zip(1..).find(|(known, _)| *known == name).map_or(0, |(_, at)| at);
    RGBColor(1, 2, at)
}

/// The style that gives the SVG the colours of the page.
pub fn style() -> String {
    let rule = |name: &str| {
        let RGBColor(red, green, blue) = written(name);
        let hex = format!("#{red:02X}{green:02X}{blue:02X}");
        format!(".plot [stroke='{hex}'] {{ stroke: var(--{name}); }} .plot [fill='{hex}'] {{ fill: var(--{name}); }}\n")
    };
    [INK, GRID, OURS].into_iter().chain(OTHERS).map(rule).collect()
}

/// The plot of a case, from its contests with several numbers of threads.
pub fn throughput(contests: &[Contest]) -> anyhow::Result<String> {
    let threads = |contest: &Contest| (contest.threads as f64).log2();
    let ticks: Vec<f64> = contests.iter().map(threads).collect();
    let (Some(first), Some(last)) = (ticks.first(), ticks.last()) else { return Ok(String::new()) };
    let x = first - 0.25..last + 0.25;
    let contenders = || contests.iter().flat_map(|contest| &contest.contenders);
    let top = contenders().filter_map(rates).map(|rates| rates.high).fold(1.0, f64::max) * 1.04;

    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    let mut chart = ChartBuilder::on(&area);
    let mut chart = chart.margin(6).x_label_area_size(40).y_label_area_size(58).build_cartesian_2d(x, 0.0..top)?;
    let ink = written(INK);
    let text = ("sans-serif", 14, &ink).into_text_style(&area);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(written(GRID))
        .light_line_style(TRANSPARENT)
        .axis_style(written(GRID))
        .label_style(text.clone())
        .axis_desc_style(text)
        .x_desc("threads")
        .x_labels(ticks.len())
        .x_label_formatter(&|x| format!("{:.0}", x.exp2()))
        .y_labels(6)
        .y_label_formatter(&|y| if *y == 0.0 { "0".to_owned() } else { table::rate(*y) })
        .draw()?;
    let all = contests.first().map_or(0, |contest| contest.contenders.len());
    // Ours is drawn last, above the others.
    for at in (0..all).rev() {
        let colour = written(colour(&contests[0], at));
        let beside = (at as f64 - (all - 1) as f64 / 2.0) * BESIDE;
        let spreads =
            contests.iter().filter_map(|contest| Some((threads(contest), rates(contest.contenders.get(at)?)?)));
        let spreads: Vec<(f64, Spread)> = spreads.map(|(x, rates)| (x + beside, rates)).collect();
        let width = if at == 0 { 3 } else { 2 };
        let line = spreads.iter().map(|(x, rates)| (*x, rates.median));
        chart.draw_series(LineSeries::new(line.clone(), colour.stroke_width(width)))?;
        chart.draw_series(line.map(|point| Circle::new(point, width + 1, colour.filled())))?;
        let bar = |(x, rates): &(f64, Spread)| {
            ErrorBar::new_vertical(*x, rates.low, rates.median, rates.high, colour.stroke_width(1), CAP)
        };
        chart.draw_series(spreads.iter().map(bar))?;
    }
    area.present()?;
    drop((chart, area));
    // In a page it needs no name space.
    Ok(svg.replace(" xmlns=\"http://www.w3.org/2000/svg\"", ""))
}

fn rates(contender: &Contender) -> Option<Spread> {
    Spread::of(contender.rates.iter().copied())
}
